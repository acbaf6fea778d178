// A text of n lines made of numbers and words, collected in an array and
// joined, then taken apart again.

const words = ["red", "green", "blue", "yellow"];

function main(n) {
  const lines = [];
  let word = 0;
  for (let i = 0; i < n; i += 1) {
    lines.push(`${i}:${words[word]}`);
    word += 1;
    if (word === 4) word = 0;
  }
  const text = lines.join("\n");
  let last = "";
  let total = 0;
  for (const line of text.split("\n")) {
    total += line.length;
    last = line;
  }
  console.log(`${text.length} ${total} ${last}`);
}

main(Number(process.argv[2] ?? 1000000));
