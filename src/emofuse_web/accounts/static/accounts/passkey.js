// What a browser says when a passkey fails is for its makers; people read it on the page, beside the button.
const trouble = document.getElementById("passkey-trouble");

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (trouble) {
    trouble.textContent = trouble.dataset.words;
    trouble.hidden = false;
  }
});
