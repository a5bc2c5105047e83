//! Request models of `/user/*`.

use super::{
    super::{
        model::{
            Bounds, Default, Field, Kind, Model, boolean, float, int_in, list_of, literal, model, object, subclass,
            text, texts,
        },
        query::QueryModel,
    },
    keys::GENERATE_REQUEST_BASE,
    teams::user_named,
};

/// The roles a user can be given. LiteLLM declares a `Literal` of enum members, which shows in the message.
pub const USER_ROLE: Field = Field::new(
    "user_role",
    Kind::Members(
        "LitellmUserRoles",
        &[
            ("PROXY_ADMIN", "proxy_admin"),
            ("PROXY_ADMIN_VIEW_ONLY", "proxy_admin_viewer"),
            ("INTERNAL_USER", "internal_user"),
            ("INTERNAL_USER_VIEW_ONLY", "internal_user_viewer"),
        ],
    ),
);

/// A team a new user joins.
pub static NEW_USER_REQUEST_TEAM: Model = Model::new(
    "NewUserRequestTeam",
    &[
        text("team_id").required(),
        float("max_budget_in_team"),
        literal("user_role", &["user", "admin"]).or_not_null(Default::Text("user")),
    ],
);
pub const TEAMS: Kind = Kind::OneOf(&[
    ("list[str]", Kind::ListOf(&Kind::Str)),
    ("list[NewUserRequestTeam]", Kind::ListOf(&Kind::Model(&NEW_USER_REQUEST_TEAM))),
]);

subclass!(
    /// What a new user may have.
    NEW_USER_FIELDS = GENERATE_REQUEST_BASE
        + [
            text("user_email"),
            text("user_alias"),
            USER_ROLE,
            Field::new("teams", TEAMS),
            boolean("auto_create_key").or_not_null(Default::Bool(true)),
            boolean("send_invite_email"),
            text("sso_user_id"),
            texts("organizations"),
            text("password"),
        ]
);
/// `POST /user/new`
pub static NEW_USER_REQUEST: Model = Model::new("NewUserRequest", NEW_USER_FIELDS);

subclass!(
    UPDATE_USER_UNNAMED_FIELDS =
        GENERATE_REQUEST_BASE + [float("spend"), object("metadata"), text("password"), text("user_alias"), USER_ROLE,]
);
/// What `POST /user/bulk_update` changes on all users.
pub static UPDATE_USER_REQUEST_NO_USER_ID_OR_EMAIL: Model =
    Model::new("UpdateUserRequestNoUserIDorEmail", UPDATE_USER_UNNAMED_FIELDS);

subclass!(UPDATE_USER_FIELDS = UPDATE_USER_UNNAMED_FIELDS + [text("user_email")]);
/// `POST /user/update`
pub static UPDATE_USER_REQUEST: Model = Model::new("UpdateUserRequest", UPDATE_USER_FIELDS).before(user_named);

/// `POST /user/delete`
pub static DELETE_USER_REQUEST: Model = Model::new("DeleteUserRequest", &[texts("user_ids").required()]);
/// `POST /user/bulk_update`
pub static BULK_UPDATE_USER_REQUEST: Model = Model::new(
    "BulkUpdateUserRequest",
    &[
        list_of("users", &Kind::Model(&UPDATE_USER_REQUEST)),
        boolean("all_users").or(Default::Bool(false)),
        model("user_updates", &UPDATE_USER_REQUEST_NO_USER_ID_OR_EMAIL),
    ],
);

/// `POST /user/password/change`
pub static CHANGE_PASSWORD_REQUEST: Model =
    Model::new("ChangePasswordRequest", &[text("current_password").required(), text("new_password").required()]);

/// `GET /user/info`
pub static USER_INFO_QUERY: QueryModel = QueryModel::new("/user/info", &[text("user_id")]);
/// `GET /v2/user/info`
pub static USER_INFO_V2_QUERY: QueryModel = QueryModel::new("/v2/user/info", &[text("user_id")]);
/// `GET /user/list`; sort words are checked by the handler, which answers 400.
pub static USER_LIST_QUERY: QueryModel = QueryModel::new(
    "/user/list",
    &[
        text("role"),
        text("user_ids"),
        text("sso_user_ids"),
        text("user_email"),
        text("search"),
        text("team"),
        text("organization_ids"),
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("page_size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(25)),
        text("sort_by"),
        text("sort_order").or_not_null(Default::Text("asc")),
    ],
);
