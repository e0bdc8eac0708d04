"""the tokens of the Zalo Official Account; when a person was last heard, for its reply window"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('zalo_tokens',
    sa.Column('app', sa.String(length=40), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('until', sa.Float(), nullable=False),
    sa.Column('refresh_until', sa.Float(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('holder', sa.String(length=32), nullable=False),
    sa.Column('since', sa.Float(), nullable=False),
    sa.Column('why', sa.String(length=80), nullable=False),
    sa.Column('asked', sa.LargeBinary(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('app', name=op.f('pk_zalo_tokens'))
    )
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heard_at', sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('heard_at')
    op.drop_table('zalo_tokens')
