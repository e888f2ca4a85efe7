using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Inspect;

namespace Fovea.Cli.Verbs;

/// <summary><c>docs DIR</c>: writes the documentation of the mechanisms from their cards.</summary>
internal static class DocsVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "docs",
            "Write the documentation of every mechanism from its card: a page and a figure of the data flow each, and a table of all.",
            "fovea docs docs/mechanisms",
            "fovea docs docs/mechanisms --check");
        Argument<string> folder = verb.AddArgument<string>("dir", "The folder; it is made if it is not there.", ArgumentArity.ExactlyOne, FlagValues.Folder);
        var check = new Option<bool>("--check") { Description = "Write nothing; name the files that would change, and exit with 1 if there is one.", Arity = ArgumentArity.Zero };
        verb.Add("Output", check);
        verb.SetAction(parsed => Run(parsed.GetRequiredValue(folder), parsed.GetValue(check), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(string folder, bool check, TextWriter output)
    {
        if (!check)
        {
            output.WriteLine($"{Quantity.Of(MechanismDocumentation.Write(folder), "file")} written to {Path.GetFullPath(folder)}");
            return ExitCode.Done;
        }

        IReadOnlyList<string> outdated = MechanismDocumentation.Outdated(folder);
        foreach (string file in outdated)
        {
            output.WriteLine(file);
        }

        output.WriteLine(outdated.Count == 0 ? "all files are as generated" : $"{Quantity.Of(outdated.Count, "file")} would change; run: fovea docs {folder}");
        return outdated.Count == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }
}
