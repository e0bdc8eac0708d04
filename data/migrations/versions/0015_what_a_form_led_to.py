"""what a posted form led to, which message carries a code, and when a change is looked at again"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('password_changes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('act', sa.String(length=32), server_default='', nullable=False))
        batch_op.add_column(sa.Column('answer', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('busy_until', sa.Float(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('look_at', sa.Float(), server_default='0', nullable=False))
    with op.batch_alter_table('otps', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_otps_message'), ['message'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('otps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_otps_message'))
        batch_op.drop_column('message')
    with op.batch_alter_table('password_changes', schema=None) as batch_op:
        batch_op.drop_column('look_at')
        batch_op.drop_column('busy_until')
        batch_op.drop_column('answer')
        batch_op.drop_column('act')
