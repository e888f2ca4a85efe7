using Fovea.Attention;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>The catalogue is complete: a mechanism that is not listed, or a listed one without a golden, fails here.</summary>
public sealed class CatalogTests
{
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
        string file = Assert.Single(Sources.Under("Fovea.Nn", "Attention"), f => Path.GetFileName(f) == $"{entry.Type.Name}.cs");
        string text = File.ReadAllText(file);
        IEnumerable<string> others = Catalog.All.Where(e => e.Type != entry.Type).Select(e => e.Type.Name)
            .Where(n => text.Contains($"new {n}(", StringComparison.Ordinal) || text.Contains($"{n}.Create(", StringComparison.Ordinal));
        Assert.True(!others.Any(), $"{key} uses {string.Join(", ", others)}: move what they share to Layers.");
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

    private static bool IsAttention(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAttention<>);
}
