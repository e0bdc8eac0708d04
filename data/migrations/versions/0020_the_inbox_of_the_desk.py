"""lists of tickets have their indexes, what was read and what was typed is kept, words of tickets are found by keyed hashes"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('desk_seen',
    sa.Column('staff', sa.String(length=32), nullable=False),
    sa.Column('ticket', sa.String(length=32), nullable=False),
    sa.Column('message', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('staff', 'ticket', name=op.f('pk_desk_seen'))
    )
    op.create_table('desk_words',
    sa.Column('word', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('word', 'number', name=op.f('pk_desk_words')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_desk_words_number'), 'desk_words', ['number'], unique=False)
    op.create_table('drafts',
    sa.Column('staff', sa.String(length=32), nullable=False),
    sa.Column('form', sa.String(length=80), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('staff', 'form', name=op.f('pk_drafts'))
    )
    op.create_index(op.f('ix_drafts_at'), 'drafts', ['at'], unique=False)
    op.create_index('ix_tickets_state_opened', 'tickets', ['state', 'opened_at'], unique=False)
    op.create_index('ix_tickets_state_closed', 'tickets', ['state', 'closed_at'], unique=False)
    op.create_index('ix_tickets_state_officer', 'tickets', ['state', 'officer'], unique=False)
    op.create_index('ix_desk_messages_ticket_id', 'desk_messages', ['ticket', 'id'], unique=False)
    op.drop_index('ix_desk_messages_ticket', table_name='desk_messages')  # the new one begins with it
    op.create_index('ix_audit_what', 'audit', ['what', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_audit_what', table_name='audit')
    op.create_index('ix_desk_messages_ticket', 'desk_messages', ['ticket'], unique=False)
    op.drop_index('ix_desk_messages_ticket_id', table_name='desk_messages')
    op.drop_index('ix_tickets_state_officer', table_name='tickets')
    op.drop_index('ix_tickets_state_closed', table_name='tickets')
    op.drop_index('ix_tickets_state_opened', table_name='tickets')
    op.drop_table('drafts')
    op.drop_table('desk_words')
    op.drop_table('desk_seen')
