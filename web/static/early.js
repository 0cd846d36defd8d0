// Runs before the first paint: an address that asks for a package gets no
// home page that then jumps away. app.js takes it from there.
if (location.hash.length > 1) document.documentElement.classList.add("asked");
