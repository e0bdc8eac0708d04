"""what is taken of what is scarce, by conversation and source; wrong codes of a record in a row"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('failures_in_a_row',
    sa.Column('account_key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('account_key', name=op.f('pk_failures_in_a_row'))
    )
    op.create_table('budget_uses',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('what', sa.String(length=12), nullable=False),
    sa.Column('who', sa.String(length=120), nullable=False),
    sa.Column('source_key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_uses'))
    )
    with op.batch_alter_table('budget_uses', schema=None) as batch_op:
        batch_op.create_index('ix_budget_uses_what_at', ['what', 'at'], unique=False)
        batch_op.create_index('ix_budget_uses_what_source_key_at', ['what', 'source_key', 'at'], unique=False)
        batch_op.create_index('ix_budget_uses_what_who_at', ['what', 'who', 'at'], unique=False)

    with op.batch_alter_table('otp_failures', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source_key', sa.String(length=64), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('otp_failures', schema=None) as batch_op:
        batch_op.drop_column('source_key')
    op.drop_table('budget_uses')
    op.drop_table('failures_in_a_row')
