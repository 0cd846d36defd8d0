// Runs before the first paint. What needs scripts shows; and an address that
// asks for a package gets no home page that then jumps away. app.js takes it
// from there.
document.documentElement.classList.add("script");
if (location.hash.length > 1) document.documentElement.classList.add("asked");
