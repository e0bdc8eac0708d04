"""scams that citizens met and reported, grouped, without whose they were"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scam_reports',
    sa.Column('report_key', sa.String(length=64), nullable=False),
    sa.Column('thing', sa.String(length=10), nullable=False),
    sa.Column('shown', sa.String(length=120), nullable=False),
    sa.Column('signs', sa.String(length=120), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.Float(), nullable=False),
    sa.Column('last_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('report_key', name=op.f('pk_scam_reports'))
    )
    with op.batch_alter_table('scam_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scam_reports_last_at'), ['last_at'], unique=False)


def downgrade() -> None:
    op.drop_table('scam_reports')
