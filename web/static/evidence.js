// "Save the evidence": how large the file is, is told before; the package is put
// into it by choice.
import { bytes } from "./progress.js";

/** Offers beside a button the two forms of the evidence file. save gets its bytes. */
export async function offer(button, look, save, say) {
  button.disabled = true;
  const place = document.createElement("span");
  place.className = "buttons";
  button.after(place);
  try {
    const sizes = await look.sizes();
    const choice = (text, withPackage) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "small";
      one.textContent = text;
      one.addEventListener("click", async () => {
        place.remove();
        button.disabled = false;
        button.focus();
        await look.evidence(withPackage).then(save, (error) => say(error.message));
      });
      return one;
    };
    place.append(choice(`Without the package: ${bytes(sizes.without)}`, false));
    if (sizes.with !== sizes.without) place.append(choice(`With the package: ${bytes(sizes.with)}`, true));
    place.firstElementChild.focus();
    say(`The evidence is a zip file of ${bytes(sizes.without)}.`);
  } catch (error) {
    place.textContent = error.message;
    button.disabled = false;
    button.focus();
    say(error.message);
  }
}
