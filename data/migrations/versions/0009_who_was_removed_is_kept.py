"""people who were removed by an import are kept sealed; how many sheets of a file were not read"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('removed',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_removed'))
    )
    with op.batch_alter_table('removed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_removed_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_removed_import_id'), ['import_id'], unique=False)

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unread', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.drop_column('unread')
    op.drop_table('removed')
