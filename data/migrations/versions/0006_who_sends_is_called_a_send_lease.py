"""who sends with a token holds a row of send_leases (was: paces); a lease lasts seconds, so rows are not carried over"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def _moved(old: str, new: str) -> None:
    op.drop_table(old)
    op.create_table(new,
    sa.Column('token_key', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(length=32), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('token_key', name=op.f(f'pk_{new}'))
    )


def upgrade() -> None:
    _moved('paces', 'send_leases')


def downgrade() -> None:
    _moved('send_leases', 'paces')
