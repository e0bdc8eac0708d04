"""units whose contact sees how far the employees are who agreed to it, and when somebody was last reminded"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('units',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('code_key', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units')),
    sa.UniqueConstraint('code_key', name=op.f('uq_units_code_key'))
    )
    with op.batch_alter_table('units', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_units_person'), ['person'], unique=False)

    op.create_table('unit_employees',
    sa.Column('unit', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('silent', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('due', sa.Float(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('unit', 'person', name=op.f('pk_unit_employees'))
    )
    with op.batch_alter_table('unit_employees', schema=None) as batch_op:
        batch_op.create_index('ix_unit_employees_person', ['person'], unique=False)
        batch_op.create_index('ix_unit_employees_due', ['due'], unique=False,
                              sqlite_where=sa.text('due IS NOT NULL'), postgresql_where=sa.text('due IS NOT NULL'))

    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_reminded_at', sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_column('unit_reminded_at')
    op.drop_table('unit_employees')
    op.drop_table('units')
