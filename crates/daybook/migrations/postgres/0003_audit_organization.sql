-- An organization's entries: by the organization that a row names.
CREATE INDEX IF NOT EXISTS "daybook_audit_before_organization" ON "LiteLLM_AuditLog" ((daybook.member("before_value", 'organization_id') COLLATE "C"));
CREATE INDEX IF NOT EXISTS "daybook_audit_after_organization" ON "LiteLLM_AuditLog" ((daybook.member("updated_values", 'organization_id') COLLATE "C"));
