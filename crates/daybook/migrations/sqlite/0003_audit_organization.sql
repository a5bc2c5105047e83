-- An organization's entries: by the organization that a row names.
CREATE INDEX "daybook_audit_before_organization" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END, '$.organization_id') = 'text'
    THEN (CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END) ->> 'organization_id' END
);
CREATE INDEX "daybook_audit_after_organization" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END, '$.organization_id') = 'text'
    THEN (CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END) ->> 'organization_id' END
);
