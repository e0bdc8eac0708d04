"""accounts of our own, changes of their passwords on the way, resets at the counter; a used page says so"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('phone_key', sa.String(length=64), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('changed_at', sa.Float(), nullable=True),
    sa.Column('phone_changed_at', sa.Float(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_accounts'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_phone_key'), ['phone_key'], unique=False)

    op.create_table('prepared_passwords',
    sa.Column('change_id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('done', sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_prepared_passwords'))
    )
    with op.batch_alter_table('prepared_passwords', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_prepared_passwords_at'), ['at'], unique=False)

    op.create_table('password_changes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('account_key', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('moved_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_changes'))
    )
    with op.batch_alter_table('password_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_password_changes_account_key'), ['account_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_password_changes_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_password_changes_at'), ['at'], unique=False)

    op.create_table('password_resets',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('account_key', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=20), nullable=False),
    sa.Column('asked_by', sa.String(length=32), nullable=False),
    sa.Column('decided_by', sa.String(length=32), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('decided_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_resets'))
    )
    with op.batch_alter_table('password_resets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_password_resets_account_key'), ['account_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_password_resets_at'), ['at'], unique=False)

    with op.batch_alter_table('secure_pages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=32), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('done', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('secure_pages', schema=None) as batch_op:
        batch_op.drop_column('done')
        batch_op.drop_column('subject')
    op.drop_table('password_resets')
    op.drop_table('password_changes')
    op.drop_table('prepared_passwords')
    op.drop_table('accounts')
