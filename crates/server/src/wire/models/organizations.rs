//! Request models of `/organization/*`.

use serde_json::{Map, Value};

use super::{
    super::{
        fields::Fields,
        model::{Default, Field, Kind, Model, datetime, float, int, list, map_of, object, subclass, text, texts},
        problem::Problem,
        query::QueryModel,
    },
    keys::OBJECT_PERMISSION,
    teams::user_named,
};

/// The role of a member. LiteLLM declares a `Literal` of enum members, which shows in the message.
const MEMBER_ROLE: Field = Field::new(
    "role",
    Kind::Members(
        "LitellmUserRoles",
        &[
            ("ORG_ADMIN", "org_admin"),
            ("INTERNAL_USER", "internal_user"),
            ("INTERNAL_USER_VIEW_ONLY", "internal_user_viewer"),
        ],
    ),
);

/// What an organization's budget may hold (LiteLLM_BudgetTable).
pub const BUDGET_TABLE: &[Field] = &[
    text("budget_id"),
    float("soft_budget"),
    float("max_budget"),
    int("max_parallel_requests"),
    int("tpm_limit"),
    int("rpm_limit"),
    int("tpd_limit"),
    object("model_max_budget"),
    text("budget_duration"),
    texts("allowed_models"),
    float("temp_budget_increase"),
    datetime("temp_budget_expiry"),
];

subclass!(
    NEW_ORGANIZATION_FIELDS = BUDGET_TABLE
        + [
            text("organization_id"),
            text("organization_alias").required(),
            list("models").or_not_null(Default::EmptyList),
            object("metadata"),
            map_of("model_rpm_limit", &Kind::INT),
            map_of("model_tpm_limit", &Kind::INT),
            OBJECT_PERMISSION,
        ]
);
/// `POST /organization/new`
pub static NEW_ORGANIZATION_REQUEST: Model = Model::new("NewOrganizationRequest", NEW_ORGANIZATION_FIELDS);

subclass!(
    UPDATE_ORGANIZATION_FIELDS = BUDGET_TABLE
        + [
            text("organization_id"),
            text("organization_alias"),
            float("spend"),
            object("metadata"),
            texts("models"),
            text("updated_by"),
            OBJECT_PERMISSION,
            map_of("model_tpm_limit", &Kind::INT),
            map_of("model_rpm_limit", &Kind::INT),
            Field::new("litellm_budget_table", Kind::Model(&NESTED_BUDGET)),
        ]
);
/// The limits as the dashboard sends them.
static NESTED_BUDGET: Model = Model::new("LiteLLM_BudgetTable", BUDGET_TABLE);
/// `PATCH /organization/update`. Members that belong into the metadata are taken as they are.
pub static UPDATE_ORGANIZATION_REQUEST: Model =
    Model::new("LiteLLM_OrganizationTableUpdate", UPDATE_ORGANIZATION_FIELDS).keep();

/// `PATCH /v2/organization/{organization_id}`
pub static PATCH_ORGANIZATION_REQUEST: Model = Model::new(
    "OrganizationUpdateRequestV2",
    &[
        text("organization_alias"),
        texts("models"),
        object("metadata"),
        int("tpm_limit"),
        int("rpm_limit"),
        float("max_budget"),
        float("soft_budget"),
        int("max_parallel_requests"),
        object("model_max_budget"),
        text("budget_duration"),
        OBJECT_PERMISSION,
    ],
)
.forbid();

/// `DELETE /organization/delete`
pub static DELETE_ORGANIZATION_REQUEST: Model =
    Model::new("DeleteOrganizationRequest", &[texts("organization_ids").required()]);

/// `POST /organization/info`
pub static ORGANIZATION_REQUEST: Model = Model::new("OrganizationRequest", &[texts("organizations").required()]);

/// `GET /organization/info`
pub static ORGANIZATION_INFO_QUERY: QueryModel =
    QueryModel::new("/organization/info", &[text("organization_id").required()]);

/// `GET /organization/list`
pub static ORGANIZATION_LIST_QUERY: QueryModel =
    QueryModel::new("/organization/list", &[text("org_id"), text("org_alias")]);

/// A person in an organization.
pub static ORG_MEMBER: Model =
    Model::new("OrgMember", &[text("user_id"), text("user_email"), MEMBER_ROLE.required()]).before(user_named);
const AN_ORG_MEMBER: Kind = Kind::Model(&ORG_MEMBER);

/// `POST /organization/member_add`
pub static ORGANIZATION_MEMBER_ADD_REQUEST: Model = Model::new(
    "OrganizationMemberAddRequest",
    &[
        Field::new(
            "member",
            Kind::OneOf(&[("list[OrgMember]", Kind::ListOf(&AN_ORG_MEMBER)), ("OrgMember", AN_ORG_MEMBER)]),
        )
        .required(),
        text("organization_id").required(),
        float("max_budget_in_organization"),
    ],
)
.own_init()
.before(members_built_early);

/// Every role there is, of which an organization gives but [`ROLES_WITHIN_ORGANIZATION`].
const ROLES: &[&str] =
    &["proxy_admin", "proxy_admin_viewer", "org_admin", "internal_user", "internal_user_viewer", "team", "customer"];
const ROLES_WITHIN_ORGANIZATION: &[&str] = &["org_admin", "internal_user", "internal_user_viewer"];

const MEMBER_DELETE_FIELDS: &[Field] = &[text("user_id"), text("user_email"), text("organization_id").required()];
/// `DELETE /organization/member_delete`
pub static ORGANIZATION_MEMBER_DELETE_REQUEST: Model =
    Model::new("OrganizationMemberDeleteRequest", MEMBER_DELETE_FIELDS).before(user_named);

subclass!(
    MEMBER_UPDATE_FIELDS =
        MEMBER_DELETE_FIELDS + [float("max_budget_in_organization"), Field::new("role", Kind::Enum(ROLES))]
);
/// `PATCH /organization/member_update`
pub static ORGANIZATION_MEMBER_UPDATE_REQUEST: Model =
    Model::new("OrganizationMemberUpdateRequest", MEMBER_UPDATE_FIELDS)
        .before(user_named)
        .check(role_within_organization);

fn role_within_organization(fields: &Fields) -> Result<(), Problem> {
    match fields.str("role") {
        Some(role) if !ROLES_WITHIN_ORGANIZATION.contains(&role) => {
            let text = "Invalid role. Must be one of: ['org_admin', 'internal_user', 'internal_user_viewer']";
            Err(Problem::value_error(text).at("role"))
        }
        _ => Ok(()),
    }
}

/// LiteLLM builds the members before the request itself, so their problems stand at the top and alone; of a list, those
/// of the first wrong member.
fn members_built_early(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let named = match members.get("member") {
        Some(Value::Array(items)) => items.as_slice(),
        Some(member) => std::slice::from_ref(member),
        None => &[],
    };
    let first_wrong = named
        .iter()
        .filter(|member| member.is_object())
        .map(|member| ORG_MEMBER.problems_of(member))
        .find(|problems| !problems.is_empty());
    first_wrong.map_or(Ok(()), Err)
}
