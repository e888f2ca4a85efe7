using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Models;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>list</c>: the mechanisms and the models.</summary>
internal static class ListVerb
{
    public static Verb Build()
    {
        var verb = new Verb("list", "List every mechanism and model.", "fovea list", "fovea list --json");
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(ToJson().ToJsonString());
            return ExitCode.Done;
        }

        IAnsiConsole console = Terminal.On(output);
        var mechanisms = new Table().Border(TableBorder.Rounded).Title("Mechanisms").AddColumns("key", "family", "name", "year");
        foreach (Card card in Catalog.All.Select(e => e.Card))
        {
            mechanisms.AddRow(card.Key, card.Family.ToString().ToLowerInvariant(), Markup.Escape(card.Name), $"{card.Year}");
        }

        var models = new Table().Border(TableBorder.Rounded).Title("Models").AddColumns("key", "image", "what it is");
        foreach (ModelEntry model in ModelCatalog.All)
        {
            models.AddRow(model.Key, $"{model.ImageSize}×{model.ImageSize}", Markup.Escape(model.Title));
        }

        console.Write(mechanisms);
        console.Write(models);
        console.WriteLine("More about one: fovea show KEY");
        return ExitCode.Done;
    }

    private static JsonObject ToJson() => new()
    {
        ["mechanisms"] = new JsonArray([.. Catalog.All.Select(e => (JsonNode)new JsonObject
        {
            ["key"] = e.Card.Key,
            ["name"] = e.Card.Name,
            ["family"] = e.Card.Family.ToString().ToLowerInvariant(),
            ["paper"] = e.Card.Paper,
            ["year"] = e.Card.Year,
        })]),
        ["models"] = new JsonArray([.. ModelCatalog.All.Select(m => (JsonNode)new JsonObject
        {
            ["key"] = m.Key,
            ["title"] = m.Title,
            ["imageSize"] = m.ImageSize,
        })]),
    };
}
