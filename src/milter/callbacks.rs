// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns events of the protocol into calls of the session, and lets no fault of ours out.
//!
//! Every step says `Continue`; the library leaves the reply away where none was agreed on. The last
//! of the body may come with its end, and to say `Noreply` there would leave the end without an answer.

use std::ffi::CString;
use std::future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use indymilter::{
    Actions, CallbackFuture, Callbacks, Context, EomContext, Macros, NegotiateContext, ProtoOpts,
    SetErrorReply, Status,
};

use super::answer::{self, Answer};
use super::session::Session;

/// The callbacks over a session that `make` gives when the MTA negotiates.
pub fn over(make: impl Fn() -> Session + Send + Sync + 'static) -> Callbacks<Session> {
    let make = Arc::new(make);
    Callbacks::new()
        .on_negotiate(move |cx, actions, options| {
            let status = negotiate(cx, make(), actions, options);
            Box::pin(future::ready(status))
        })
        .on_connect(|cx, _, from| step(cx, |session, macros| session.connect(&from, macros)))
        .on_mail(|cx, args| Box::pin(future::ready(mail(cx, &args))))
        .on_rcpt(|cx, args| step(cx, |session, macros| session.rcpt(&args, macros)))
        .on_header(|cx, name, value| step(cx, |session, _| session.header(&name, &value)))
        .on_body(|cx, bytes| step(cx, |session, _| session.body(&bytes)))
        .on_eom(|cx| Box::pin(end(cx)))
        .on_abort(|cx| step(cx, |session, _| session.forget()))
        .on_close(|cx| step(cx, |session, _| session.forget()))
}

fn negotiate(
    cx: &mut NegotiateContext<Session>,
    mut session: Session,
    actions: Actions,
    options: ProtoOpts,
) -> Status {
    let steps = cx.requested_opts - ProtoOpts::SKIP;
    let agreement = session.negotiate(actions, options, steps);
    cx.requested_actions = agreement.actions;
    cx.requested_opts = agreement.options;
    let macros = agreement.macros.iter();
    cx.requested_macros = macros
        .map(|(stage, names)| (*stage, (*names).into()))
        .collect();
    cx.data = Some(session);
    Status::Continue
}

fn step<'cx>(
    cx: &'cx mut Context<Session>,
    act: impl FnOnce(&mut Session, &Macros),
) -> CallbackFuture<'cx> {
    guarded(cx, act);
    Box::pin(future::ready(Status::Continue))
}

/// What a step gives; `None` where there is no session, or the step fails.
fn guarded<T>(
    cx: &mut Context<Session>,
    act: impl FnOnce(&mut Session, &Macros) -> T,
) -> Option<T> {
    let session = cx.data.as_mut()?;
    let macros = &cx.macros;
    let done = catch_unwind(AssertUnwindSafe(|| act(&mut *session, macros)));
    if done.is_err() {
        session.fail();
    }
    done.ok()
}

fn mail(cx: &mut Context<Session>, args: &[CString]) -> Status {
    match guarded(cx, |session, macros| session.mail(args, macros)) {
        Some(Some(answer)) => say(&mut cx.reply, answer),
        Some(None) | None => Status::Continue,
    }
}

async fn end(cx: &mut EomContext<Session>) -> Status {
    let complete = cx.data.as_mut().and_then(|session| session.end(&cx.macros));
    let answer = match complete {
        Some(complete) => {
            let trouble = answer::Trouble::of(&complete);
            let metrics = Arc::clone(&complete.metrics);
            let given = caught(answer::give(complete, &cx.actions)).await;
            given.unwrap_or_else(|| {
                metrics.panics.count();
                trouble.answer("the daemon failed")
            })
        }
        None => answer::without_message(),
    };
    if let Some(session) = &mut cx.data {
        session.forget();
    }
    say(&mut cx.reply, answer)
}

fn say(reply: &mut impl SetErrorReply, answer: Answer) -> Status {
    match answer {
        Answer::Pass | Answer::Hold => Status::Continue,
        Answer::Keep => Status::Discard,
        Answer::Refuse { code, status, text } => {
            // Where the library does not take the words, the MTA's own stand for them.
            let text = text.replace('%', "%%");
            let set = reply.set_error_reply(&code, Some(&status), [text]);
            if let Err(error) = set {
                tracing::warn!(%error, "the text of an answer cannot be sent");
            }
            if code.starts_with('4') {
                Status::Tempfail
            } else {
                Status::Reject
            }
        }
    }
}

/// What a future gives; `None` where it panics.
async fn caught<T>(given: impl Future<Output = T>) -> Option<T> {
    let mut given = pin!(given);
    future::poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| given.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_no_answer_and_no_end() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        let late = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "a fault");
        };
        assert_eq!(caught(late).await, None);
    }
}
