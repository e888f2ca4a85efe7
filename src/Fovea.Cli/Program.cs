using System.Text;
using Fovea.Cli;

if (OperatingSystem.IsWindows())
{
    // Tables and formulas have characters that the console's code page may lack.
    Console.OutputEncoding = Encoding.UTF8;
}

HangupWriter.Guard();
return CommandLine.Run(args, Console.Out, Console.Error);
