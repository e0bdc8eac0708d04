"""how people call an officer; when tickets were answered, warned of, rated; which ticket came before"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

TIMES = ('answered_at', 'waits_since', 'officer_at', 'asked_at', 'warned_at')


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('display_name', sa.String(length=60), nullable=True))
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        for name in TIMES:
            batch_op.add_column(sa.Column(name, sa.Float(), nullable=True))
        for name in ('escalated', 'reopened'):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('rating', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('earlier', sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f('ix_tickets_closed_at'), ['closed_at'], unique=False)
    op.execute("UPDATE tickets SET waits_since = opened_at WHERE state = 'waiting'")


def downgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tickets_closed_at'))
        for name in ('earlier', 'rating', 'reopened', 'escalated', *reversed(TIMES)):
            batch_op.drop_column(name)
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('display_name')
