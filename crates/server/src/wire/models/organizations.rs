//! Request models of `/organization/*`.

use serde_json::{Map, Value};

use super::{
    super::{
        model::{Default, Field, Kind, Model, datetime, float, int, list, map_of, object, subclass, text, texts},
        problem::Problem,
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
