"""petitions that citizens send, and what is written about them; what people wrote is sealed"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('petitions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('phone_key', sa.String(length=64), nullable=True),
    sa.Column('door', sa.String(length=10), nullable=False),
    sa.Column('category', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('officer', sa.String(length=32), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('due', sa.String(length=10), nullable=False),
    sa.Column('sent_at', sa.Float(), nullable=False),
    sa.Column('answered_at', sa.Float(), nullable=True),
    sa.Column('closed_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_petitions')),
    sa.UniqueConstraint('number', name=op.f('uq_petitions_number'))
    )
    with op.batch_alter_table('petitions', schema=None) as batch_op:
        for column in ('address', 'closed_at', 'person', 'sent_at', 'state'):
            batch_op.create_index(batch_op.f(f'ix_petitions_{column}'), [column], unique=False)

    op.create_table('petition_lines',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('petition', sa.String(length=32), nullable=False),
    sa.Column('who', sa.String(length=10), nullable=False),
    sa.Column('staff', sa.String(length=32), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('row', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_petition_lines'))
    )
    with op.batch_alter_table('petition_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_petition_lines_petition'), ['petition'], unique=False)


def downgrade() -> None:
    op.drop_table('petition_lines')
    op.drop_table('petitions')
