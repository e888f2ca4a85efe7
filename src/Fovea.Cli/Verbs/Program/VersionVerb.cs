using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>version</c>: what a report of a fault should say about the program and the machine.</summary>
internal static class VersionVerb
{
    // Whose machine it is, and when, is nobody's business.
    private static readonly string[] s_private = ["machine", "started"];

    public static Verb Build()
    {
        var verb = new Verb(
            "version",
            "Print the version, the commit it was built from, the runtime, the processor and its instructions: what a report of a fault should say.",
            "fovea version",
            "fovea version --json");
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(bool json, TextWriter output)
    {
        JsonObject facts = JsonNode.Parse(EnvironmentInfo.ToJson())!.AsObject();
        foreach (string name in s_private)
        {
            facts.Remove(name);
        }

        if (json)
        {
            output.WriteLine(facts.ToJsonString());
            return ExitCode.Done;
        }

        foreach ((string name, JsonNode? value) in facts)
        {
            output.WriteLine(name == "memoryBytes" ? Line("memory", Quantity.Bytes((long)value!)) : Line(name, value?.ToString() ?? "unknown"));
        }

        return ExitCode.Done;
    }

    private static string Line(string name, string value) => $"{name,-14}{value}";
}

/// <summary>Prints the version alone, with the commit if it is known, for <c>--version</c>.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(EnvironmentInfo.ShortVersion);
        return ExitCode.Done;
    }
}
