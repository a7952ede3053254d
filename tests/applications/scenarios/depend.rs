//! depend: a dynamic library that asks a service for lines, in a thread of its own. It writes a
//! head and a body by one writev(2), as HTTP libraries do (`TcpStream::write` would pass
//! MSG_NOSIGNAL; a vector has no flag), and where that fails it connects again.
//!
//! Within a `cdylib` nobody has ignored SIGPIPE: only the start of a Rust program does.

use std::io::{BufRead, BufReader, Error, ErrorKind, IoSlice, Write};
use std::net::TcpStream;
use std::os::raw::c_char;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Mutex, Once};
use std::thread::Builder;

struct Service {
    port: u16,
    stream: TcpStream,
    replies: Receiver<String>,
}

/// Reads replies until the service leaves, and is the one who is told how it left.
fn read_replies(stream: TcpStream, replies: Sender<String>) {
    for line in BufReader::new(stream).lines() {
        match line {
            Ok(reply) => replies.send(reply).unwrap_or(()),
            Err(error) => return eprintln!("depend: reading: {}", error.kind()),
        }
    }
}

impl Service {
    fn connect(port: u16) -> Result<Service, Error> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        let reading = stream.try_clone()?;
        let (sender, replies) = channel();
        Builder::new()
            .name("rust-reader".into())
            .spawn(|| read_replies(reading, sender))?;
        Ok(Service {
            port,
            stream,
            replies,
        })
    }

    fn ask(&mut self) -> Result<String, Error> {
        let request = [IoSlice::new(b"who "), IoSlice::new(b"are you\n")];
        self.stream.write_vectored(&request)?;
        self.replies
            .recv()
            .map_err(|_| Error::from(ErrorKind::UnexpectedEof))
    }

    fn ask_until_answered(&mut self) -> String {
        loop {
            match self.ask() {
                Ok(reply) => return reply,
                Err(error) => eprintln!("depend: asking: {}", error.kind()),
            }
            *self = Service::connect(self.port).expect("no service");
        }
    }
}

type Question = Sender<String>;
static START: Once = Once::new();
static mut QUESTIONS: Option<Mutex<Sender<Question>>> = None;

fn answer_questions(port: u16, questions: Receiver<Question>) {
    let mut service = Service::connect(port).expect("no service");
    for question in questions {
        question.send(service.ask_until_answered()).unwrap_or(());
    }
}

#[no_mangle]
pub extern "C" fn depend_on(port: u16) {
    START.call_once(|| {
        let (sender, questions) = channel();
        unsafe { QUESTIONS = Some(Mutex::new(sender)) };
        Builder::new()
            .name("rust-writer".into())
            .spawn(move || answer_questions(port, questions))
            .expect("no thread");
    });
}

/// Asks the service, and puts its answer and a final null into `answer`.
///
/// # Safety
/// `answer` has room for `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn depend_ask(answer: *mut c_char, size: usize) {
    let (question, answers) = channel();
    let questions = QUESTIONS.as_ref().expect("depend_on comes first");
    questions.lock().unwrap().send(question).expect("no thread");
    let text = answers.recv().expect("no answer");
    let length = text.len().min(size - 1);
    std::ptr::copy_nonoverlapping(text.as_ptr().cast(), answer, length);
    *answer.add(length) = 0;
}
