from gan_tutorial.cli import console

console()
