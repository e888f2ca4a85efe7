using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Flags;
using Fovea.Io;
using Fovea.Models;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>list</c>: the mechanisms and the models.</summary>
internal static class ListVerb
{
    public static Verb Build()
    {
        var verb = new Verb("list", "List every mechanism and model.", "fovea list", "fovea list --sources", "fovea list --json");
        var sources = new Option<bool>("--sources") { Description = "List what fovea convert --from reads instead: the libraries whose weights can be imported." };
        verb.Options.Add(sources);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(parsed.GetValue(json), parsed.GetValue(sources), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(bool json, bool sources, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(ToJson().ToJsonString());
            return ExitCode.Done;
        }

        IAnsiConsole console = Terminal.On(output);
        if (sources)
        {
            var origins = new Table().Border(TableBorder.Rounded).Title("Sources of weights").AddColumns("source", "for", "where from");
            foreach (ImportSource source in Importer.Known)
            {
                origins.AddRow(source.Name, source.Mechanism.Length > 0 ? source.Mechanism : "models", Markup.Escape(source.Origin));
            }

            console.Write(origins);
            return ExitCode.Done;
        }

        var mechanisms = new Table().Border(TableBorder.Rounded).Title("Mechanisms").AddColumns("key", "family", "name", "year");
        foreach (Card card in Catalog.All.Select(e => e.Card))
        {
            mechanisms.AddRow(card.Key, card.Family.ToString().ToLowerInvariant(), Markup.Escape(card.Name), $"{card.Year}");
        }

        var models = new Table().Border(TableBorder.Rounded).Title("Models").AddColumn(new TableColumn("key").NoWrap()).AddColumns("image", "what it is");
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
        ["sources"] = new JsonArray([.. Importer.Known.Select(s => (JsonNode)new JsonObject
        {
            ["source"] = s.Name,
            ["mechanism"] = s.Mechanism.Length > 0 ? s.Mechanism : null,
            ["origin"] = s.Origin,
        })]),
    };
}
