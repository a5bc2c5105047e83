-- A user by address, in any case and whatever blanks are around it; addresses with letters beyond ASCII are compared one by one.
CREATE INDEX IF NOT EXISTS "daybook_user_email" ON "LiteLLM_UserTable" (lower(btrim("user_email", E' \t\n\x0b\x0c\r')));
CREATE INDEX IF NOT EXISTS "daybook_user_email_beyond_ascii" ON "LiteLLM_UserTable" ("user_id")
    WHERE octet_length("user_email") <> length("user_email");
