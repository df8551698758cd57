// <form data-submit> leaves by itself; without scripts its button does the same.
document.querySelector("form[data-submit]")?.submit();
