using System.Globalization;
using Fovea.Attention;

namespace Fovea.Io.KeyMaps;

/// <summary>Whether a module is the one that a source's weights are for.</summary>
internal static class ImportChecks
{
    /// <exception cref="ImportException">It is another mechanism, or its options contradict the source.</exception>
    public static void Check(Module module, bool single, Mapping mapping)
    {
        KeyMap map = mapping.Map;
        if (mapping.Clash is { } clash)
        {
            throw new ImportException($"{map.Source}: {clash}; load one module at a time ({ImportErrors.Some(mapping.Places, mapping.Places.Count)}).");
        }

        (string Name, Module Module, string Key)[] mechanisms =
        [
            .. module.NamedModules().Select(m => (m.Name, m.Value, KeyOf(m.Value))).Where(m => m.Item3 is not null).Select(m => (m.Name, m.Value, m.Item3!)),
        ];
        if (!HasMechanism(module, map))
        {
            string has = mechanisms.Length == 0 ? "no attention" : ImportErrors.Some(mechanisms.Select(m => m.Key).Distinct(), 0);
            throw new ImportException(
                $"{map.Source}: the weights are of {map.Mechanism} ({map.Origin}), and {module.GetType().Name} has {has}; build it with {map.Mechanism}.");
        }

        foreach (Implied implied in mapping.Map.Implies)
        {
            foreach ((string name, Module built, _) in mechanisms.Where(m => m.Key == implied.Mechanism))
            {
                Check(map, implied, single ? implied.Mechanism : name, built);
            }
        }
    }

    private static void Check(KeyMap map, Implied implied, string name, Module built)
    {
        AttentionOptions options = Catalog.OptionsOf(built) ?? throw new ImportException(
            $"{map.Source}: {name} must have {implied.Option} {implied.Value}, which cannot be told of a module that was not built by the catalogue; build it with Catalog.Find(\"{implied.Mechanism}\").Create(…).");
        if (options.Card.Option(implied.Option) is null)
        {
            return;
        }

        string actual = options.Value(implied.Option)?.ToJsonString() ?? "null";
        if (actual != implied.Value && !AreSameNumber(actual, implied.Value))
        {
            throw new ImportException(
                $"{map.Source}: the weights need {implied.Option} {implied.Value.Trim('"')} ({map.Origin}), and {name} was built with {actual.Trim('"')}; build it with {implied.Option} {implied.Value.Trim('"')}.");
        }
    }

    // JSON may write a number in several ways.
    private static bool AreSameNumber(string a, string b) =>
        double.TryParse(a, CultureInfo.InvariantCulture, out double x) && double.TryParse(b, CultureInfo.InvariantCulture, out double y) && x == y;

    /// <summary>Whether the module has the mechanism that a map is of.</summary>
    public static bool HasMechanism(Module module, KeyMap map) =>
        map.Mechanism.Length == 0 || module.NamedModules().Any(m => KeyOf(m.Value) == map.Mechanism);

    private static string? KeyOf(Module module) => Catalog.All.FirstOrDefault(e => e.Type == module.GetType())?.Card.Key;
}
