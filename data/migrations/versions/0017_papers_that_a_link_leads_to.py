"""pages and calendars that a link leads to, sealed, for some days"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('papers',
    sa.Column('token_key', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('token_key', name=op.f('pk_papers'))
    )
    with op.batch_alter_table('papers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_papers_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_papers_until'), ['until'], unique=False)


def downgrade() -> None:
    op.drop_table('papers')
