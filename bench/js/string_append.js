// n characters appended one at a time; a new string is begun at every
// thousandth, so that those who copy at each step get by too.

const letters = ["a", "b", "c", "d", "e", "f", "g"];

function main(n) {
  let text = "";
  let letter = 0;
  let finished = 0;
  let length = 0;
  for (let i = 0; i < n; i += 1) {
    text += letters[letter];
    letter += 1;
    if (letter === 7) letter = 0;
    if (text.length === 1000) {
      if (text[999] === "g") finished += 1;
      length += text.length;
      text = "";
    }
  }
  console.log(`${finished} ${length} ${text.length}`);
}

main(Number(process.argv[2] ?? 1000000));
