using System.Globalization;
using System.Text;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>The pages in Markdown.</summary>
internal static class MechanismPage
{
    private const int NamesShown = 40;

    /// <summary>The page of one mechanism.</summary>
    public static string Write(Entry entry, MechanismFacts facts)
    {
        Card card = entry.Card;
        var page = new StringBuilder();
        page.AppendLine(MechanismDocumentation.Mark).AppendLine();
        Line(page, $"# {card.Name} (`{card.Key}`)");
        Line(page, $"*{card.Paper}*, {card.Year}. Family: {FamilyOf(card)}. [All mechanisms](README.md)");
        Line(page, $"![Data flow of {card.Name}](figures/{card.Key}.svg)");
        Line(page, $"## Formula");
        Line(page, $"```text\n{card.Formula.Replace(";  ", "\n", StringComparison.Ordinal)}\n```");
        Line(page, $"Shapes: `{card.Shapes}`.");
        if (card.Inputs.Count > 1)
        {
            Line(page, $"Inputs, in the order of the call: {string.Join(", ", card.Inputs.Select(i => $"`{i}`"))}.");
        }

        Options(page, card);
        Cost(page, card, facts);
        if (card.Variants.Count > 0)
        {
            Line(page, $"## Variants");
            Line(page, $"{string.Join('\n', card.Variants.Select(v => $"- {v}"))}");
        }

        Use(page, entry);
        return Finish(page);
    }

    /// <summary>The table of all mechanisms.</summary>
    public static string WriteTable(IReadOnlyList<(Card Card, MechanismFacts Facts)> all)
    {
        var page = new StringBuilder();
        page.AppendLine(MechanismDocumentation.Mark).AppendLine();
        Line(page, $"# The mechanisms");
        Line(page, $"Parameters, multiply-adds and floating-point operations (two a multiply-add, and all others) of the forward pass with default options on the input named.");
        foreach (IGrouping<Family, (Card Card, MechanismFacts Facts)> family in all.GroupBy(m => m.Card.Family).OrderBy(g => g.Key))
        {
            Line(page, $"## {family.Key}");
            page.AppendLine("| key | name | year | input | parameters | multiply-adds | FLOPs |");
            page.AppendLine("|---|---|---:|---|---:|---:|---:|");
            foreach ((Card card, MechanismFacts facts) in family)
            {
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"| [`{card.Key}`]({card.Key}.md) | {card.Name} | {card.Year} | {facts.Input} | {facts.Count.Parameters:N0} | {facts.Count.MultiplyAdds:N0} | {facts.Count.Flops:N0} |");
            }

            page.AppendLine();
        }

        Line(page, $"These pages are made from the cards in `src/Fovea.Nn/Attention`; after a change there, make them again:");
        Line(page, $"```sh\nfovea docs docs/mechanisms\n```");
        return Finish(page);
    }

    private static void Options(StringBuilder page, Card card)
    {
        if (card.Options.Count == 0)
        {
            return;
        }

        Line(page, $"## Options");
        page.AppendLine("| option | values | default | what it does |");
        page.AppendLine("|---|---|---|---|");
        foreach (OptionSpec option in card.Options)
        {
            page.AppendLine($"| `{option.Name}` | {Cell(option.Range)} | {(option.IsRequired ? "required" : $"`{option.DefaultText}`")} | {Cell(option.Help)} |");
        }

        page.AppendLine();
    }

    private static void Cost(StringBuilder page, Card card, MechanismFacts facts)
    {
        Line(page, $"## Cost");
        Line(page, $"On {facts.Input} → {facts.Output} with the default options, forward:");
        page.AppendLine("| parameters | multiply-adds | FLOPs |");
        page.AppendLine("|---:|---:|---:|");
        Line(page, $"| {facts.Count.Parameters:N0} | {facts.Count.MultiplyAdds:N0} | {facts.Count.Flops:N0} |");
        if (card.Family == Family.Relation && facts.Input.Rank == 4 && facts.Input[2] < 56)
        {
            Line(page, $"Its weights are tied to the number of positions; a map of 56×56 would need many times more, so it is counted on a smaller one.");
        }

        if (facts.State.Count == 0)
        {
            return;
        }

        Line(page, $"Names and shapes in a state dict, as built there:");
        page.AppendLine("| name | shape | |");
        page.AppendLine("|---|---|---|");
        foreach ((string name, Shape shape, bool isParameter) in facts.State.Take(NamesShown))
        {
            page.AppendLine($"| `{name}` | {shape} | {(isParameter ? string.Empty : "buffer")} |");
        }

        page.AppendLine();
        if (facts.State.Count > NamesShown)
        {
            Line(page, $"… and {facts.State.Count - NamesShown} more of the same pattern.");
        }
    }

    private static void Use(StringBuilder page, Entry entry)
    {
        Card card = entry.Card;
        var slot = new SlotShape(256, 56, 56);
        bool fitsSlots = card.KeepsShape && card.Inputs.Count == 1;
        Line(page, $"## Use");
        Line(page, $"```csharp\nvar attention = {Construction(entry, slot)};\nModule same = Catalog.Find(\"{card.Key}\").CreateFor(new SlotShape(256, 56, 56));\n```");
        Line(page, $"```sh\nfovea show {card.Key}\n{(fitsSlots ? $"fovea train --attention {card.Key}\n" : string.Empty)}```");
    }

    // What must be given is a parameter of the constructor, what may be given a property.
    private static string Construction(Entry entry, SlotShape slot)
    {
        IReadOnlyDictionary<string, object> fitted = entry.Fitted(slot);
        OptionSpec[] given = [.. entry.Card.Options.Where(o => fitted.ContainsKey(o.Name))];
        string parameters = string.Join(", ", given.Where(o => o.IsRequired).Select(o => Invariant($"{o.Name}: {fitted[o.Name]}")));
        string[] properties = [.. given.Where(o => !o.IsRequired).Select(o => Invariant($"{o.Property} = {fitted[o.Name]}"))];
        return $"new {entry.Type.Name}({parameters}){(properties.Length > 0 ? $" {{ {string.Join(", ", properties)} }}" : string.Empty)}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string FamilyOf(Card card) => card.Family.ToString().ToLowerInvariant();

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void Line(StringBuilder page, FormattableString text) => page.AppendLine(Invariant(text)).AppendLine();

    private static string Finish(StringBuilder page) => $"{page.ToString().ReplaceLineEndings("\n").TrimEnd()}\n";
}
