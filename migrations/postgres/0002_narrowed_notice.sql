-- A fourth kind of notice: the packet holds more than its basis allows any more.
ALTER TABLE notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE notice ADD CONSTRAINT notice_kind_check CHECK (kind IN (
    'declaration-withdrawn', 'packet-withdrawn', 'key-revoked', 'categories-narrowed',
    'mandate-ended', 'recipient-blocked', 'expired'));
