"""the registry at size: names once, their index, imports

Until this revision only `troly serve --demo` could fill the registry; its pretend people are put back by the next
start with --demo, so the table is made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.drop_table('registry')
    op.create_table('registry',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_id', sa.Integer(), nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=False),
    sa.Column('born', sa.String(length=10), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('id_key', sa.LargeBinary(), nullable=True),
    sa.Column('phone_key', sa.String(length=64), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('province', sa.String(length=2), nullable=False),
    sa.Column('household', sa.String(length=10), nullable=False),
    sa.Column('commune', sa.String(length=80), nullable=False),
    sa.Column('unit', sa.String(length=80), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_registry'))
    )
    with op.batch_alter_table('registry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registry_id_key'), ['id_key'], unique=False)
        batch_op.create_index('ix_registry_born_name_id', ['born', 'name_id'], unique=False)
        batch_op.create_index('ix_registry_name_id_year', ['name_id', 'year'], unique=False)
        batch_op.create_index('ix_registry_year_name_id', ['year', 'name_id'], unique=False)

    op.create_table('names',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_names')),
    sa.UniqueConstraint('name', name=op.f('uq_names_name'))
    )
    op.create_table('name_index',
    sa.Column('part', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('upto', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('part', name=op.f('pk_name_index'))
    )
    op.create_table('imports',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('file', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('bad', sa.Integer(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('ended_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imports'))
    )
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_imports_digest'), ['digest'], unique=False)

    for table in ('cases', 'otps', 'otp_failures'):
        op.add_column(table, sa.Column('question_key', sa.String(length=64), nullable=False, server_default=''))
    for table in ('otps', 'otp_failures'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f'ix_{table}_question_key'), ['question_key'], unique=False)


def downgrade() -> None:

    for table in ('otps', 'otp_failures'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{table}_question_key'))
    for table in ('cases', 'otps', 'otp_failures'):
        op.drop_column(table, 'question_key')
    op.drop_table('imports')
    op.drop_table('name_index')
    op.drop_table('names')
    op.drop_table('registry')
    op.create_table('registry',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('folded', sa.String(length=80), nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=False),
    sa.Column('born', sa.String(length=10), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('id_key', sa.String(length=64), nullable=True),
    sa.Column('phone_key', sa.String(length=64), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('province', sa.String(length=2), nullable=False),
    sa.Column('household', sa.String(length=10), nullable=False),
    sa.Column('commune', sa.String(length=80), nullable=False),
    sa.Column('unit', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_registry'))
    )
    with op.batch_alter_table('registry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registry_born'), ['born'], unique=False)
        batch_op.create_index(batch_op.f('ix_registry_folded'), ['folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_registry_id_key'), ['id_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_registry_phone_key'), ['phone_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_registry_year'), ['year'], unique=False)
