using System.Reflection;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>The public API is what the files in PublicApi/ say. A change shows as a difference to look at; FOVEA_UPDATE_SNAPSHOTS=1 accepts it.</summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Assemblies => ["Fovea.Core", "Fovea.Distributed", "Fovea.Nn", "Fovea.Imaging", "Fovea.Imaging.Skia", "Fovea.Imaging.Tiff", "Fovea.Interop", "Fovea.Onnx", "Fovea.Torch", "Fovea.Training", "Fovea.Inspect", "Fovea.Serving", "Fovea.Studio"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Public_api_is_the_one_that_was_agreed_on(string assembly)
    {
        string actual = string.Join('\n', Describe(Assembly.Load(assembly))) + "\n";
        string file = Path.Combine(Repository.Root, "tests", "Architecture", "Fovea.Architecture.Tests", "PublicApi", $"{assembly}.txt");
        if (Environment.GetEnvironmentVariable("FOVEA_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        string expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : string.Empty;
        string[] gone = [.. expected.Split('\n').Except(actual.Split('\n'))];
        string[] added = [.. actual.Split('\n').Except(expected.Split('\n'))];
        Assert.True(
            gone.Length + added.Length == 0,
            $"The public API of {assembly} changed; run the tests with FOVEA_UPDATE_SNAPSHOTS=1 to accept.\nGone:\n{string.Join('\n', gone)}\nNew:\n{string.Join('\n', added)}");
    }

    // A program that uses two packages has both namespaces open: a name in both would be one that it cannot write.
    [Fact]
    public void No_public_type_has_the_simple_name_of_one_in_another_package()
    {
        IEnumerable<string> twice = Assemblies.SelectMany(row => Assembly.Load(row.Data).GetExportedTypes())
            .Where(t => !t.IsNested && !t.Name.StartsWith('<'))
            .GroupBy(t => t.Name, StringComparer.Ordinal)
            .Where(types => types.Select(t => t.Assembly).Distinct().Count() > 1)
            .Select(types => string.Join(" and ", types.Select(t => t.FullName)));
        Assert.Empty(twice);
    }

    private static IEnumerable<string> Describe(Assembly assembly) => assembly.GetExportedTypes()
        .Where(t => !t.Name.StartsWith('<'))
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .SelectMany(t => Members(t).Order(StringComparer.Ordinal).Prepend($"{Kind(t)} {t.FullName}"));

    private static IEnumerable<string> Members(Type type) => type.GetMembers(Declared)
        .Where(m => m is not MethodInfo { IsSpecialName: true } || m.Name.StartsWith("op_", StringComparison.Ordinal))
        .Where(m => m is not Type && !m.Name.Contains('<', StringComparison.Ordinal))
        .Select(m => $"  {type.Name}: {m}");

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : "class";
}
