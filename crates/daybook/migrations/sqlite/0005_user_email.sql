-- A user by address, in any case and whatever blanks are around it; addresses with letters beyond ASCII are compared one by one.
CREATE INDEX "daybook_user_email" ON "LiteLLM_UserTable" (lower(trim("user_email", ' ' || char(9, 10, 11, 12, 13))));
CREATE INDEX "daybook_user_email_beyond_ascii" ON "LiteLLM_UserTable" ("user_id")
    WHERE octet_length("user_email") <> length("user_email");
