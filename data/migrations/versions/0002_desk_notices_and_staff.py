"""desk, notices, staff"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('campaigns',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('office_hours', sa.Boolean(), nullable=False),
    sa.Column('once', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('filled_to', sa.String(length=120), nullable=True),
    sa.Column('made_by', sa.String(length=32), nullable=False),
    sa.Column('tested_at', sa.Float(), nullable=True),
    sa.Column('approved_by', sa.String(length=32), nullable=True),
    sa.Column('approved_at', sa.Float(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('started_at', sa.Float(), nullable=True),
    sa.Column('ended_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns')),
    sa.UniqueConstraint('number', name=op.f('uq_campaigns_number'))
    )
    with op.batch_alter_table('campaigns', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaigns_state'), ['state'], unique=False)

    op.create_table('desk_messages',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('ticket', sa.String(length=32), nullable=False),
    sa.Column('who', sa.String(length=10), nullable=False),
    sa.Column('staff', sa.String(length=32), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('row', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_messages'))
    )
    with op.batch_alter_table('desk_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_messages_ticket'), ['ticket'], unique=False)

    op.create_table('paces',
    sa.Column('token_key', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(length=32), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('token_key', name=op.f('pk_paces'))
    )
    op.create_table('staff',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=10), nullable=False),
    sa.Column('telegram', sa.String(length=20), nullable=True),
    sa.Column('removed_at', sa.Float(), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('name', name=op.f('uq_staff_name'))
    )
    op.create_table('staff_links',
    sa.Column('token_key', sa.String(length=64), nullable=False),
    sa.Column('staff', sa.String(length=32), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('token_key', name=op.f('pk_staff_links'))
    )
    with op.batch_alter_table('staff_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_links_staff'), ['staff'], unique=False)

    op.create_table('staff_sessions',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('staff', sa.String(length=32), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('seen_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_staff_sessions'))
    )
    with op.batch_alter_table('staff_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_sessions_staff'), ['staff'], unique=False)

    op.create_table('subscriptions',
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('person', 'topic', name=op.f('pk_subscriptions'))
    )
    op.create_table('tickets',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('officer', sa.String(length=32), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('card', sa.LargeBinary(), nullable=True),
    sa.Column('reason', sa.String(length=20), server_default='', nullable=False),
    sa.Column('opened_at', sa.Float(), nullable=False),
    sa.Column('claimed_at', sa.Float(), nullable=True),
    sa.Column('closed_at', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('number', name=op.f('uq_tickets_number'))
    )
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tickets_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_tickets_person'), ['person'], unique=False)
        batch_op.create_index(batch_op.f('ix_tickets_state'), ['state'], unique=False)
        batch_op.create_index('uq_tickets_open', ['address'], unique=True, sqlite_where=sa.text("state != 'closed'"), postgresql_where=sa.text("state != 'closed'"))

    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fields', sa.String(length=120), server_default='', nullable=False))
        batch_op.add_column(sa.Column('why', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('link', sa.String(length=64), server_default='', nullable=False))

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('owner', sa.String(length=10), server_default='bot', nullable=False))
        batch_op.add_column(sa.Column('ticket', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('blocked_at', sa.Float(), nullable=True))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('campaign', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('answer', sa.String(length=80), server_default='', nullable=False))
        batch_op.create_index('ix_outbox_campaign_state', ['campaign', 'state', 'id'], unique=False, sqlite_where=sa.text('campaign IS NOT NULL'), postgresql_where=sa.text('campaign IS NOT NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_outbox_campaign_address'), ['campaign', 'address'])




def downgrade() -> None:

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_outbox_campaign_address'), type_='unique')
        batch_op.drop_index('ix_outbox_campaign_state', sqlite_where=sa.text('campaign IS NOT NULL'), postgresql_where=sa.text('campaign IS NOT NULL'))
        batch_op.drop_column('answer')
        batch_op.drop_column('campaign')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('blocked_at')
        batch_op.drop_column('ticket')
        batch_op.drop_column('owner')

    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_column('link')
        batch_op.drop_column('why')
        batch_op.drop_column('fields')

    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index('uq_tickets_open', sqlite_where=sa.text("state != 'closed'"), postgresql_where=sa.text("state != 'closed'"))
        batch_op.drop_index(batch_op.f('ix_tickets_state'))
        batch_op.drop_index(batch_op.f('ix_tickets_person'))
        batch_op.drop_index(batch_op.f('ix_tickets_address'))

    op.drop_table('tickets')
    op.drop_table('subscriptions')
    with op.batch_alter_table('staff_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_sessions_staff'))

    op.drop_table('staff_sessions')
    with op.batch_alter_table('staff_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_links_staff'))

    op.drop_table('staff_links')
    op.drop_table('staff')
    op.drop_table('paces')
    with op.batch_alter_table('desk_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_messages_ticket'))

    op.drop_table('desk_messages')
    with op.batch_alter_table('campaigns', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaigns_state'))

    op.drop_table('campaigns')

