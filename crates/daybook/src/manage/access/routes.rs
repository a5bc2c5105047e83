//! LiteLLM's sets of routes, as version 1.109.1 has them: the paths are facts of its interface, kept whole so that a key
//! restricted to a set can call here what it can call there.

/// A set of path patterns: `{x}` matches one segment, `{x:path}` several.
#[derive(Debug)]
pub struct Set(&'static [&'static str]);

impl Set {
    pub fn contains(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, path))
    }
}

/// Whether a value of a key's `allowed_routes` lets it call a path: the path itself or one below it, a prefix that ends
/// in `*`, or the name of a set.
pub fn allows(allowed: &str, path: &str) -> bool {
    match allowed {
        "management_routes" => MANAGEMENT.contains(path),
        "info_routes" => INFO.contains(path),
        "llm_api_routes" => LLM_API.contains(path),
        _ => match allowed.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => {
                matches(allowed, path)
                    || path.strip_prefix(allowed).is_some_and(|rest| rest.starts_with('/') && !allowed.is_empty())
            }
        },
    }
}

/// What an admin of an organization may call when the request names it. LiteLLM's set contains the audit log of every
/// organization; ours does not.
pub fn org_admin(path: &str) -> bool {
    [&MANAGEMENT, &SELF_MANAGED, &INFO, &ADMIN_VIEWER, &INTERNAL_USER_VIEWER, &ORG_ADMIN_ONLY]
        .iter()
        .any(|set| set.contains(path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        if part.starts_with('{') && part.ends_with(":path}") {
            // Several segments: whatever follows in the pattern must close the path.
            let rest: Vec<&str> = segments.collect();
            let tail: Vec<&str> = pattern.split('/').skip_while(|piece| *piece != part).skip(1).collect();
            return rest.len() > tail.len()
                && rest[rest.len() - tail.len()..].iter().zip(&tail).all(|(have, want)| matches_segment(want, have));
        }
        match segments.next() {
            Some(segment) if matches_segment(part, segment) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

fn matches_segment(pattern: &str, segment: &str) -> bool {
    if pattern.starts_with('{') && pattern.ends_with('}') { !segment.is_empty() } else { pattern == segment }
}

/// Questions to the audit log about many entries.
pub static QUESTIONS: Set = Set(&[
    "/audit",
    "/audit/histogram",
    "/audit/facets",
    "/audit/stream",
    "/audit/export",
    "/audit/objects/{table}/{id}",
]);

/// The audit log.
pub static AUDIT: Set = Set(&[
    "/audit",
    "/audit/{id}",
    "/audit/{id}/proof",
    "/audit/histogram",
    "/audit/facets",
    "/audit/stream",
    "/audit/export",
    "/audit/objects/{table}/{id}",
]);

/// What the log shows of itself without a word of what its entries say.
pub static LEDGER: Set = Set(&[
    "/ledger/checkpoint",
    "/ledger/checkpoints",
    "/ledger/consistency",
    "/ledger/vkey",
    "/ledger/tile/0/{n:path}",
    "/ledger/tile/1/{n:path}",
    "/ledger/tile/2/{n:path}",
    "/ledger/tile/3/{n:path}",
    "/ledger/tile/4/{n:path}",
    "/ledger/tile/5/{n:path}",
]);

/// Everything under `/ledger`, entries included.
pub static WHOLE_LEDGER: Set = Set(&["/ledger/{path:path}"]);

/// Routes of the data plane that this server answers too.
pub static LLM_API: Set = Set(&["/models", "/v1/models", "/models/{model_id}", "/v1/models/{model_id}"]);

/// LiteLLM's `info_routes`: open to every valid key; the endpoints check ownership.
pub static INFO: Set = Set(&[
    "/claude_code_gateway/v1/models",
    "/get/latest_release_info",
    "/get/user_banner",
    "/health",
    "/health/services",
    "/key/health",
    "/key/info",
    "/key/list",
    "/management/v1/users/me",
    "/model/info",
    "/model_group/info",
    "/models",
    "/organization/list",
    "/sso/get/ui_settings",
    "/team/available",
    "/team/info",
    "/team/list",
    "/team/metadata_schema",
    "/user/filter/ui",
    "/user/info",
    "/v1/model/info",
    "/v1/models",
    "/v2/key/info",
    "/v2/model/info",
    "/v2/team/list",
    "/v2/user/info",
]);

/// LiteLLM's `management_routes`: what `key_type: management` may call.
pub static MANAGEMENT: Set = Set(&[
    "/auto_router/manage",
    "/gateway/daily/activity",
    "/jwt/key/mapping/delete",
    "/jwt/key/mapping/info",
    "/jwt/key/mapping/list",
    "/jwt/key/mapping/new",
    "/jwt/key/mapping/update",
    "/key/access_group_assignment",
    "/key/aliases",
    "/key/block",
    "/key/bulk_update",
    "/key/delete",
    "/key/generate",
    "/key/info",
    "/key/list",
    "/key/regenerate",
    "/key/service-account/generate",
    "/key/unblock",
    "/key/update",
    "/key/{key_id}/regenerate",
    "/key/{key_id}/reset_spend",
    "/management/v1/users/bulk",
    "/management/v1/users/bulk_delete",
    "/model/delete",
    "/model/info",
    "/model/new",
    "/model/update",
    "/model/{model_id}/kubernetes_pods",
    "/spend/logs",
    "/spend/logs/v2",
    "/subscription_accounts/delete",
    "/subscription_accounts/new",
    "/subscription_accounts/update",
    "/subscription_accounts/usage",
    "/team/available",
    "/team/block",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/export",
    "/team/delete",
    "/team/info",
    "/team/key/bulk_update",
    "/team/list",
    "/team/metadata_schema",
    "/team/new",
    "/team/permissions_bulk_update",
    "/team/permissions_list",
    "/team/permissions_update",
    "/team/spend/by_user",
    "/team/unblock",
    "/team/update",
    "/team/{team_id}",
    "/user/bulk_update",
    "/user/daily/activity",
    "/user/daily/activity/aggregated",
    "/user/daily/activity/aggregated/cache_leakage_keys",
    "/user/daily/activity/aggregated/keys",
    "/user/daily/activity/aggregated/model_top_keys",
    "/user/daily/activity/aggregated/search",
    "/user/daily/activity/aggregated/users",
    "/user/daily/activity/export",
    "/user/delete",
    "/user/info",
    "/user/list",
    "/user/new",
    "/user/update",
    "/v1/agents",
    "/v1/agents/make_public",
    "/v1/agents/{agent_id}",
    "/v1/agents/{agent_id}/kill_switch",
    "/v1/agents/{agent_id}/make_public",
    "/v1/mcp/server",
    "/v1/mcp/server/{path:path}",
    "/v1/mcp/sessions",
    "/v2/team/list",
]);

/// LiteLLM's `key_management_routes`: what the service-account key of a team may call.
pub static KEY_MANAGEMENT: Set = Set(&[
    "/auto_router/manage",
    "/key/access_group_assignment",
    "/key/aliases",
    "/key/block",
    "/key/bulk_update",
    "/key/delete",
    "/key/generate",
    "/key/info",
    "/key/list",
    "/key/regenerate",
    "/key/service-account/generate",
    "/key/unblock",
    "/key/update",
    "/key/{key_id}/regenerate",
    "/key/{key_id}/reset_spend",
    "/spend/logs",
    "/spend/logs/v2",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/export",
    "/team/key/bulk_update",
]);

/// LiteLLM's `self_managed_routes`: the endpoint checks permission itself.
pub static SELF_MANAGED: Set = Set(&[
    "/auto_router/availability",
    "/auto_router/session",
    "/auto_router/test_routing",
    "/auto_router/validate_complexity_router_config",
    "/claude_code_gateway/managed/settings",
    "/claude_code_gateway/v1/logs",
    "/claude_code_gateway/v1/metrics",
    "/claude_code_gateway/v1/traces",
    "/cost/predict-cache",
    "/guardrails/register",
    "/guardrails/submissions",
    "/guardrails/submissions/{guardrail_id}",
    "/health/test_connection",
    "/invitation/delete",
    "/invitation/new",
    "/lens",
    "/lens/{path:path}",
    "/management/v1/teams/{team_id}/members/bulk_delete",
    "/management/v1/teams/{team_id}/members/bulk_update",
    "/management/v1/users/bulk_delete",
    "/model/delete",
    "/model/new",
    "/model/update",
    "/model/{model_id}/update",
    "/organization/daily/activity",
    "/organization/daily/activity/aggregated",
    "/organization/daily/activity/aggregated/keys",
    "/organization/daily/activity/aggregated/model_top_keys",
    "/organization/daily/activity/aggregated/search",
    "/organization/daily/activity/export",
    "/project/info",
    "/project/list",
    "/project/new",
    "/project/update",
    "/prompt/info",
    "/prompt/list",
    "/session/logout",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/export",
    "/team/member_add",
    "/team/member_delete",
    "/team/member_update",
    "/team/permissions_list",
    "/team/permissions_update",
    "/team/spend/by_user",
    "/team/update",
    "/team/{team_id:path}/callback",
    "/team/{team_id:path}/callback/{callback_name}",
    "/team/{team_id}/member/{user_id}/reset_budget",
    "/team/{team_id}/member/{user_id}/reset_spend",
    "/team/{team_id}/members/me",
    "/telemetry/ui_events",
    "/telemetry/ui_events/enabled",
    "/user/available_roles",
    "/user/daily/activity",
    "/user/daily/activity/aggregated",
    "/user/daily/activity/aggregated/cache_leakage_keys",
    "/user/daily/activity/aggregated/keys",
    "/user/daily/activity/aggregated/model_top_keys",
    "/user/daily/activity/aggregated/search",
    "/user/daily/activity/aggregated/users",
    "/user/daily/activity/export",
    "/user/list",
    "/user/password/change",
    "/v1/agents",
    "/v1/agents/make_public",
    "/v1/agents/{agent_id}",
    "/v1/agents/{agent_id}/kill_switch",
    "/v1/agents/{agent_id}/make_public",
    "/vector_store/info",
]);

/// LiteLLM's `internal_user_routes`: for internal users.
pub static INTERNAL_USER: Set = Set(&[
    "/auto_router/manage",
    "/compliance/eu-ai-act",
    "/compliance/gdpr",
    "/cost/estimate",
    "/global/activity",
    "/global/activity/cache_hits",
    "/global/activity/model",
    "/guardrails/list",
    "/key/access_group_assignment",
    "/key/aliases",
    "/key/block",
    "/key/bulk_update",
    "/key/delete",
    "/key/generate",
    "/key/info",
    "/key/list",
    "/key/regenerate",
    "/key/service-account/generate",
    "/key/spend/report",
    "/key/unblock",
    "/key/update",
    "/key/{key_id}/regenerate",
    "/key/{key_id}/reset_spend",
    "/management/v1/spend_logs/end_users",
    "/management/v1/spend_logs/users",
    "/models/{model_id}",
    "/organization/spend/report",
    "/project/info",
    "/project/list",
    "/search_tools/list",
    "/search_tools/ui/available_providers",
    "/spend/calculate",
    "/spend/keys",
    "/spend/logs",
    "/spend/logs/session/ui",
    "/spend/logs/ui",
    "/spend/logs/ui/{request_id}",
    "/spend/logs/v2",
    "/spend/tags",
    "/spend/users",
    "/tag/daily/activity",
    "/tag/daily/activity/aggregated",
    "/tag/daily/activity/aggregated/keys",
    "/tag/daily/activity/aggregated/model_top_keys",
    "/tag/daily/activity/aggregated/search",
    "/tag/daily/activity/export",
    "/tag/list",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/export",
    "/team/key/bulk_update",
    "/team/spend/report",
    "/user/spend/report",
    "/v1/models/{model_id}",
    "/v2/guardrails/list",
]);

/// LiteLLM's `internal_user_view_only_routes`: for internal viewers.
pub static INTERNAL_USER_VIEWER: Set = Set(&[
    "/compliance/eu-ai-act",
    "/compliance/gdpr",
    "/cost/estimate",
    "/key/spend/report",
    "/management/v1/spend_logs/end_users",
    "/management/v1/spend_logs/users",
    "/organization/spend/report",
    "/spend/calculate",
    "/spend/keys",
    "/spend/logs",
    "/spend/logs/session/ui",
    "/spend/logs/ui",
    "/spend/logs/ui/{request_id}",
    "/spend/logs/v2",
    "/spend/tags",
    "/spend/users",
    "/tag/daily/activity",
    "/tag/daily/activity/aggregated",
    "/tag/daily/activity/aggregated/keys",
    "/tag/daily/activity/aggregated/model_top_keys",
    "/tag/daily/activity/aggregated/search",
    "/tag/daily/activity/export",
    "/tag/list",
    "/team/spend/report",
    "/user/spend/report",
]);

/// LiteLLM's `org_admin_only_routes`: need the organization and the role in it.
pub static ORG_ADMIN_ONLY: Set = Set(&[
    "/organization/delete",
    "/organization/info",
    "/organization/member_add",
    "/organization/member_delete",
    "/organization/member_update",
]);

/// LiteLLM's `admin_viewer_routes`: what LiteLLM lists for admin viewers.
pub static ADMIN_VIEWER: Set = Set(&[
    "/alerting/settings",
    "/audit",
    "/audit/{id}",
    "/auto_router/classifier/default_prompt",
    "/budget/list",
    "/budget/settings",
    "/callbacks/configs",
    "/callbacks/list",
    "/claude_code_gateway/v1/models",
    "/config/field/info",
    "/config/list",
    "/cost/estimate",
    "/customer/info",
    "/customer/list",
    "/get/config/callbacks",
    "/get/latest_release_info",
    "/get/mcp_semantic_filter_settings",
    "/get/user_banner",
    "/global/activity",
    "/global/activity/cache_hits",
    "/global/activity/model",
    "/guardrails/list",
    "/guardrails/submissions",
    "/guardrails/submissions/{guardrail_id}",
    "/guardrails/usage/overview",
    "/health",
    "/health/services",
    "/invitation/info",
    "/key/health",
    "/key/info",
    "/key/list",
    "/key/spend/report",
    "/lens/feedback/summary",
    "/lens/traces/findings",
    "/lens/traces/signals",
    "/management/v1/budgets",
    "/management/v1/spend_logs/end_users",
    "/management/v1/spend_logs/users",
    "/management/v1/users/me",
    "/model/cost_map/source",
    "/model/info",
    "/model_group/info",
    "/models",
    "/organization/list",
    "/organization/spend/report",
    "/policies/attachments/list",
    "/schedule/model_cost_map_reload/status",
    "/spend/calculate",
    "/spend/keys",
    "/spend/logs",
    "/spend/logs/session/ui",
    "/spend/logs/ui",
    "/spend/logs/ui/{request_id}",
    "/spend/logs/v2",
    "/spend/tags",
    "/spend/users",
    "/sso/get/ui_settings",
    "/tag/daily/activity",
    "/tag/daily/activity/aggregated",
    "/tag/daily/activity/aggregated/keys",
    "/tag/daily/activity/aggregated/model_top_keys",
    "/tag/daily/activity/aggregated/search",
    "/tag/daily/activity/export",
    "/tag/list",
    "/team/available",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/export",
    "/team/info",
    "/team/list",
    "/team/metadata_schema",
    "/team/spend/report",
    "/telemetry/ui_events",
    "/user/available_roles",
    "/user/available_users",
    "/user/daily/activity",
    "/user/daily/activity/aggregated",
    "/user/daily/activity/aggregated/cache_leakage_keys",
    "/user/daily/activity/aggregated/keys",
    "/user/daily/activity/aggregated/model_top_keys",
    "/user/daily/activity/aggregated/search",
    "/user/daily/activity/aggregated/users",
    "/user/daily/activity/export",
    "/user/filter/ui",
    "/user/info",
    "/user/list",
    "/user/spend/report",
    "/v1/model/info",
    "/v1/models",
    "/v2/guardrails/list",
    "/v2/key/info",
    "/v2/model/info",
    "/v2/team/list",
    "/v2/user/info",
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_its_segments_and_no_more() {
        for (pattern, path, expected) in [
            ("/key/{key_id}/regenerate", "/key/abc/regenerate", true),
            ("/key/{key_id}/regenerate", "/key/regenerate", false),
            ("/key/{key_id}/regenerate", "/key/a/b/regenerate", false),
            ("/team/{team_id:path}/callback", "/team/a/b/callback", true),
            ("/team/{team_id:path}/callback/{name}", "/team/a/callback/x", true),
            ("/team/{team_id:path}/callback", "/team/callback", false),
            ("/audit", "/audit/x", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn an_allowed_route_grants_what_lies_below_it_but_not_what_only_looks_alike() {
        for (allowed, path, expected) in [
            ("/audit", "/audit", true),
            ("/audit", "/audit/x", true),
            ("/audit", "/auditor", false),
            ("/key/*", "/key/info", true),
            ("info_routes", "/key/info", true),
            ("management_routes", "/audit", false),
            ("llm_api_routes", "/key/info", false),
            ("", "/audit", false),
        ] {
            assert_eq!(allows(allowed, path), expected, "{allowed} {path}");
        }
    }
}
