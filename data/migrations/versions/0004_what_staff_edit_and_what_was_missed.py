"""question items as staff edited them, and what was not understood"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('knowledge',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge'))
    )
    with op.batch_alter_table('knowledge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_knowledge_item'), ['item'], unique=False)

    op.create_table('misses',
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.Float(), nullable=False),
    sa.Column('last_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('words', name=op.f('pk_misses'))
    )
    with op.batch_alter_table('misses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_misses_last_at'), ['last_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('misses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_misses_last_at'))
    op.drop_table('misses')
    with op.batch_alter_table('knowledge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_knowledge_item'))
    op.drop_table('knowledge')
