//! hello_backend: you save, the verdict appears, you press `n`
//!
//! This is the loop of the whole course: one small file in your editor, one verdict in the terminal.
//! You need no other command. After every save the file is compiled and checked again by itself.
//!
//!     save this file     ->  a new verdict, usually within a second
//!     h in the terminal  ->  a hint, while the file does not pass; pressed again, it says more
//!     l in the terminal  ->  the list of all exercises
//!     q in the terminal  ->  stop; the next start brings you back to this place
//!     n in the terminal  ->  the next exercise, as soon as this one passes
//!
//! This one passes as it is. Change the greeting, save, and find your words in the terminal. Then
//! take away a quotation mark, save, and read what the compiler says: it names the line. Press `h`.
//! Put the mark back, save, and press `n`.
//!
//! Read more: https://doc.rust-lang.org/book/ch01-02-hello-world.html

fn main() {
    println!("Hello, backend!");
}
