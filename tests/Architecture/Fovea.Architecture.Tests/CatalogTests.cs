using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Fovea.Attention;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>The catalogue is complete: a mechanism that is not listed, or a listed one without a golden, fails here.</summary>
public sealed class CatalogTests
{
    private static readonly Lazy<(string Name, XElement Element)[]> s_docs = new(() =>
        [.. XDocument.Load(Path.ChangeExtension(typeof(Catalog).Assembly.Location, ".xml")).Descendants("member").Select(m => (m.Attribute("name")!.Value, m))]);

    public static TheoryData<string> Keys => [.. Catalog.Keys];

    [Fact]
    public void Every_mechanism_is_listed()
    {
        IEnumerable<Type> mechanisms = typeof(Catalog).Assembly.GetTypes().Where(t => t.GetInterfaces().Any(IsAttention));
        string[] unlisted = [.. mechanisms.Except(Catalog.All.Select(e => e.Type)).Select(t => t.Name)];
        Assert.True(unlisted.Length == 0, $"Add a line Entry.Of<…>() to Catalog.cs for: {string.Join(", ", unlisted)}");
    }

    [Fact]
    public void Keys_are_unique() => Assert.Equal(Catalog.Keys.Count, Catalog.Keys.Distinct().Count());

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_mechanism_has_a_golden(string key)
    {
        string folder = Repository.Golden("mechanisms", key);
        Assert.True(
            Directory.Exists(folder) && Directory.GetFiles(folder, "*.safetensors").Length > 0,
            $"{key} has no golden: describe it by its formula in tests/golden/reference/{key}.py and run tests/golden/make_mechanisms.py {key}.");
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_mechanism_has_a_file_of_its_own(string key)
    {
        Entry entry = Catalog.Find(key);
        Assert.Single(Sources.Under("Fovea.Nn", "Attention"), f => Path.GetFileName(f) == $"{entry.Type.Name}.cs");
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_card_is_complete(string key)
    {
        Card card = Catalog.Find(key).Card;
        Assert.Matches("^[a-z][a-z_]*$", card.Key);
        Assert.NotEmpty(card.Name);
        Assert.NotEmpty(card.Paper);
        Assert.InRange(card.Year, 2015, 2030);
        Assert.NotEmpty(card.Formula);
        Assert.NotEmpty(card.Shapes);
        Assert.NotEmpty(card.Flow);
        Assert.All(card.Options, o => Assert.Matches("^[a-z][A-Za-z]*$", o.Name));
        Assert.All(card.Options, o => Assert.EndsWith(".", o.Help, StringComparison.Ordinal));
        Assert.Equal(card.Options.Count, card.Options.Select(o => o.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Options_are_parameters_and_properties_that_say_what_the_card_says(string key)
    {
        Entry entry = Catalog.Find(key);
        if (entry.Type == typeof(Bottleneck))
        {
            Assert.Skip("a block takes its mechanism as a module; only JSON names it by its key and options");
        }

        ConstructorInfo constructor = Assert.Single(entry.Type.GetConstructors());
        Assert.Equal(entry.Card.Options.Where(o => o.IsRequired).Select(o => o.Name).Order(), constructor.GetParameters().Select(p => p.Name).Order());
        var wrong = new List<string>();
        foreach (OptionSpec option in entry.Card.Options)
        {
            string said = option.IsRequired
                ? s_docs.Value.First(d => d.Name.StartsWith($"M:{entry.Type.FullName}.#ctor(", StringComparison.Ordinal)).Element
                    .Elements("param").Single(e => e.Attribute("name")!.Value == option.Name).Value
                : s_docs.Value.FirstOrDefault(d => d.Name == $"P:{entry.Type.FullName}.{option.Property}").Element?.Element("summary")?.Value ?? "no property";
            if (Regex.Replace(said.Trim(), @"\s+", " ") != option.Summary)
            {
                wrong.Add($"{entry.Type.Name}.{option.Name}\t{option.Summary}");
            }
        }

        Assert.True(wrong.Count == 0, $"the doc comments of {key} must say what its card says:\n{string.Join('\n', wrong)}");
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_property_reads_what_its_option_was_given(string key)
    {
        Entry entry = Catalog.Find(key);
        foreach (OptionSpec option in entry.Card.Options.Where(o => o.Kind == OptionKind.Choice))
        {
            PropertyInfo property = entry.Type.GetProperty(option.Property)!;
            Assert.Equal(option.Words.Count, Enum.GetNames(property.PropertyType).Length);
            string[] read = [.. option.Words.Select(w => property.GetValue(entry.CreateFor(new SlotShape(32, 8, 8), new JsonObject { [option.Name] = w }))!.ToString()!)];
            Assert.Equal(Enum.GetNames(property.PropertyType), read);
        }
    }

    private static bool IsAttention(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAttention<>);
}
