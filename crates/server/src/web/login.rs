//! `/ui/login` and `/ui/logout`.

use askama::Template;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use daybook::manage::auth;

use super::page::{self, Failure};
use super::session;
use crate::app::App;
use crate::auth::AllowedAddress;

#[derive(Template)]
#[template(path = "login.html")]
struct Page<'a> {
    /// Where to go afterwards.
    next: &'a str,
    problem: Option<&'a str>,
}

pub async fn show(_: AllowedAddress, uri: axum::http::Uri) -> Response {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let next = query.into_owned().find(|(name, _)| name == "next").map(|(_, value)| value).unwrap_or_default();
    page::render(&Page { next: ours(&next), problem: None })
}

/// An address of a page, or the log's.
fn ours(address: &str) -> &str {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = address.split('?').next().unwrap_or_default();
    let page = path == "/ui" || (path.starts_with("/ui/") && !path.contains("//") && !path.starts_with("/ui/log"));
    if plain && page { address } else { "/ui" }
}

/// Signs in with the key of the form.
pub async fn sign_in(
    State(app): State<App>,
    _: AllowedAddress,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Response, Failure> {
    check_origin(&headers)?;
    let RawForm(form) = match form {
        Ok(form) => form,
        Err(rejection) => return Ok(not_a_form(&rejection)),
    };
    let form: Vec<(String, String)> = form_urlencoded::parse(&form).into_owned().collect();
    let field = |name: &str| form.iter().find(|(have, _)| have == name).map_or("", |(_, value)| value.as_str());
    let (key, next) = (field("key").trim(), ours(field("next")));
    let refused = |problem: &str| page::render_refused(&Page { next, problem: Some(problem) });
    if key.is_empty() {
        return Ok(refused("Enter a key."));
    }
    let mut database = app.store().read().await?;
    let found = auth::authenticate(&mut database, &app.rules(), key, app.store().clock().now()).await;
    drop(database);
    let caller = match found {
        Ok(caller) => caller,
        Err(refusal) if refusal.cause.is_some() => return Err(refusal.into()),
        Err(_) => {
            return Ok(refused("This is not a key that is in use here. It may be misspelt, blocked, over or deleted."));
        }
    };
    let organizations: Vec<String> = caller.administered_organizations().into_iter().map(str::to_owned).collect();
    if session::may_read(&app, &caller, &organizations, &[]).is_err() {
        let problem = "This key may not read the log: it takes the key of an admin, of an admin viewer, or of somebody who \
                       administers an organization.";
        return Ok(refused(problem));
    }
    let cookie = session::begin(&app, &caller, &headers).await?;
    Ok(([(header::SET_COOKIE, cookie)], page::go(next)).into_response())
}

/// The form once more, for what is none.
fn not_a_form(rejection: &RawFormRejection) -> Response {
    let problem = match rejection {
        RawFormRejection::InvalidFormContentType(_) => "What was sent is not this form. Send it from here.",
        RawFormRejection::BytesRejection(_) => {
            "The form was longer than any key, or did not arrive whole. Send it again."
        }
        _ => "The form could not be read. Send it again.",
    };
    page::render_rejected(rejection, &Page { next: ours(""), problem: Some(problem) })
}

pub async fn sign_out(headers: HeaderMap) -> Result<Response, Failure> {
    check_origin(&headers)?;
    Ok(([(header::SET_COOKIE, session::end(&headers)?)], page::go("/ui/login")).into_response())
}

fn check_origin(headers: &HeaderMap) -> Result<(), Failure> {
    match session::is_own(headers) {
        true => Ok(()),
        false => Err(Failure::refused(
            "This form was sent from another site.",
            "Open the page here, and send the form again.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for address in ["/ui", "/ui?q=a&page=2", "/ui/entries/a-b", "/ui/objects/T/x%2Fy?as_of=1"] {
            assert_eq!(ours(address), address);
        }
        for address in [
            "",
            "//evil",
            "https://evil",
            "/ui//evil",
            "/uix",
            "/ui/login?next=/ui",
            "/ui\\evil",
            "/ui\n",
            "/audit",
            "/ui/logout",
        ] {
            assert_eq!(ours(address), "/ui", "{address}");
        }
    }
}
