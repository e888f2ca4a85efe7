using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Converting;
using Fovea.Cli.Flags;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Models;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>show KEY</c>: a mechanism's card, a model, or a file of weights.</summary>
internal static class ShowVerb
{
    public static Verb Build()
    {
        var verb = new Verb("show", "Show a mechanism's formula and options, a model's size, or what a file of weights is for.", "fovea show cbam", "fovea show resnet50 --json", "fovea show best.safetensors");
        Argument<string> key = verb.AddArgument<string>("key", "A mechanism or a model, as fovea list prints it, or weights: a file, the folder of a run, hf:owner/name[@revision][/file], https:…", ArgumentArity.ExactlyOne);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(parsed.GetRequiredValue(key), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(string key, bool json, TextWriter output)
    {
        if (Catalog.All.FirstOrDefault(e => e.Card.Key == key) is { } entry)
        {
            if (json)
            {
                output.WriteLine(ToJson(entry.Card, MechanismFacts.Of(entry)).ToJsonString());
            }
            else
            {
                Print(entry.Card, MechanismFacts.Of(entry), Terminal.On(output));
            }

            return ExitCode.Done;
        }

        if (ModelCatalog.Contains(key))
        {
            Print(ModelCatalog.Find(key), json, output);
            return ExitCode.Done;
        }

        if (WeightsSources.MayExist(key))
        {
            WeightsCard.Write(key, json, output);
            return ExitCode.Done;
        }

        string[] known = [.. Catalog.Keys, .. ModelCatalog.KeysLike(key)];
        throw new OptionException("show", $"there is no mechanism or model \"{key}\"; {Suggestion.Hint(key, known)}");
    }

    private static void Print(Card card, MechanismFacts facts, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]{Markup.Escape(card.Name)}[/] ({card.Key}, {card.Family.ToString().ToLowerInvariant()})");
        console.WriteLine($"{card.Paper}, {card.Year}");
        console.WriteLine();
        console.WriteLine(card.Formula);
        console.WriteLine(card.Shapes);
        console.WriteLine($"Cost {facts}");
        if (card.Options.Count > 0)
        {
            var options = new Table().Border(TableBorder.Rounded).AddColumns("option", "values", "default", "what it does");
            foreach (OptionSpec option in card.Options)
            {
                options.AddRow(option.Name, Markup.Escape(option.Range), Markup.Escape(option.DefaultText), Markup.Escape(option.Help));
            }

            console.Write(options);
        }

        foreach (string variant in card.Variants)
        {
            console.WriteLine($"• {variant}");
        }
    }

    private static void Print(ModelEntry model, bool json, TextWriter output)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = model.Create(new ModelOptions { Classes = model.ImageSize == 224 ? 1000 : 10 });
        ModelCount count = ModelCount.Of(module, Tensor.Zeros([1, 3, model.ImageSize, model.ImageSize]));
        if (json)
        {
            output.WriteLine(new JsonObject
            {
                ["key"] = model.Key,
                ["title"] = model.Title,
                ["imageSize"] = model.ImageSize,
                ["parameters"] = count.Parameters,
                ["multiplyAdds"] = count.MultiplyAdds,
                ["flops"] = count.Flops,
            }.ToJsonString());
            return;
        }

        IAnsiConsole console = Terminal.On(output);
        console.MarkupLine($"[bold]{model.Key}[/] {Markup.Escape(model.Title)}");
        console.WriteLine($"{count.Parameters:N0} parameters, made for images of {model.ImageSize}×{model.ImageSize}");
        console.WriteLine($"{count.MultiplyAdds:N0} multiply-adds, {count.Flops:N0} FLOPs an image (two a multiply-add, and all others)");
        console.WriteLine("Put attention in: --attention KEY [--attention-option name=value] [--attention-at blocks|stages|layer3,…]");
    }

    private static JsonObject ToJson(Card card, MechanismFacts facts) => new()
    {
        ["key"] = card.Key,
        ["name"] = card.Name,
        ["paper"] = card.Paper,
        ["year"] = card.Year,
        ["family"] = card.Family.ToString().ToLowerInvariant(),
        ["formula"] = card.Formula,
        ["shapes"] = card.Shapes,
        ["cost"] = new JsonObject
        {
            ["input"] = new JsonArray([.. facts.Input.Select(n => (JsonNode)n)]),
            ["parameters"] = facts.Count.Parameters,
            ["multiplyAdds"] = facts.Count.MultiplyAdds,
            ["flops"] = facts.Count.Flops,
        },
        ["options"] = new JsonArray([.. card.Options.Select(o => (JsonNode)new JsonObject
        {
            ["name"] = o.Name,
            ["values"] = o.Range,
            ["default"] = o.IsRequired ? null : AttentionOptions.ToJson(o.Default),
            ["required"] = o.IsRequired,
            ["help"] = o.Help,
        })]),
        ["variants"] = new JsonArray([.. card.Variants.Select(v => (JsonNode)JsonValue.Create(v))]),
    };
}
