"""posters of a place, and what is only counted: who came by one, what was taken along"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('posters',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('commune', sa.String(length=80), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('retired_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_posters'))
    )
    op.create_table('tallies',
    sa.Column('fact', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('fact', 'name', 'channel', 'at', name=op.f('pk_tallies'))
    )


def downgrade() -> None:
    op.drop_table('tallies')
    op.drop_table('posters')
