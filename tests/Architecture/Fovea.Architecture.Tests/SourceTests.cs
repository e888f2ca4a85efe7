using System.Text.RegularExpressions;

namespace Fovea.Architecture.Tests;

/// <summary>Rules that a glance at the text can check.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 350;

    // A dozen reads well; what is a list by nature (ops of one kind, layers, verbs) may be a little longer.
    private const int LargestFolder = 16;

    [Fact]
    public void Unsafe_code_and_intrinsics_live_in_Simd_only()
    {
        string[] offenders =
        [
            .. Sources.All.Where(f => !Sources.Relative(f).StartsWith("src/Fovea.Simd/", StringComparison.Ordinal))
                .Where(f => Unsafe().IsMatch(File.ReadAllText(f)))
                .Select(Sources.Relative),
        ];
        Assert.True(offenders.Length == 0, $"Move the unsafe part into a kernel of Fovea.Simd: {string.Join(", ", offenders)}");
    }

    // Otherwise a runtime that gathers profiles puts the loop into its callers' callers, where the compiler's budget for inlining ends before the last vector operations do: see decision 17.
    [Fact]
    public void Loops_that_are_compiled_at_once_are_methods_of_their_own()
    {
        string[] offenders = [.. Sources.All.Where(f => InlinedLoop().IsMatch(File.ReadAllText(f))).Select(Sources.Relative)];
        Assert.True(offenders.Length == 0, $"Say AggressiveOptimization | NoInlining: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void No_file_is_longer_than_two_ideas()
    {
        string[] offenders = [.. Sources.All.Where(f => File.ReadLines(f).Count() > LongestFile).Select(Sources.Relative)];
        Assert.True(offenders.Length == 0, $"Past {LongestFile} lines, look for the second idea and give it a file: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void One_look_takes_in_a_folder()
    {
        string[] offenders =
        [
            .. Sources.All.GroupBy(f => Path.GetDirectoryName(Sources.Relative(f))!).Where(g => g.Count() > LargestFolder).Select(g => $"{g.Key} ({g.Count()})"),
        ];
        Assert.True(offenders.Length == 0, $"Past {LargestFolder} files, put those that go together into a subfolder named by what they do: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void A_project_has_each_name_of_a_type_once()
    {
        string[] offenders =
        [
            .. Sources.All.SelectMany(f => TopLevelType().Matches(File.ReadAllText(f)).Select(m => (Project: Sources.Relative(f).Split('/')[1], Name: m.Groups[1].Value, File: f)))
                .GroupBy(t => (t.Project, t.Name)).Where(g => g.Select(t => Path.GetDirectoryName(t.File)).Distinct().Count() > 1)
                .Select(g => $"{g.Key.Project}: {g.Key.Name} in {string.Join(", ", g.Select(t => Sources.Relative(t.File)))}"),
        ];
        Assert.True(offenders.Length == 0, $"Two types of one name are taken for each other: {string.Join("; ", offenders)}");
    }

    [Fact]
    public void Names_of_tests_are_sentences()
    {
        string[] offenders =
        [
            .. Sources.Tests.SelectMany(f => TestMethod().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value).Where(n => !Sentence().IsMatch(n))
                .Select(n => $"{n} in {Sources.Relative(f)}")),
        ];
        Assert.True(offenders.Length == 0, $"Say in words_with_underscores what holds: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void One_file_holds_one_op()
    {
        string[] offenders =
        [
            .. Sources.Under("Fovea.Core", "Ops").Where(f => OpClass().Matches(File.ReadAllText(f)).Count > 1).Select(Sources.Relative),
        ];
        Assert.True(offenders.Length == 0, $"One op, one file: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void Every_part_of_a_public_type_says_what_it_holds()
    {
        string[] offenders = [.. Sources.All.Where(f => BarePart().IsMatch(File.ReadAllText(f))).Select(Sources.Relative)];
        Assert.True(offenders.Length == 0, $"Say above the part, in a line, what of the type is in it: {string.Join(", ", offenders)}");
    }

    [Fact]
    public void Namespaces_are_file_scoped()
    {
        string[] offenders = [.. Sources.All.Where(f => BlockNamespace().IsMatch(File.ReadAllText(f))).Select(Sources.Relative)];
        Assert.True(offenders.Length == 0, $"Use file-scoped namespaces: {string.Join(", ", offenders)}");
    }

    [GeneratedRegex(@"\bunsafe\b(?=\s+(class|struct|static|partial|void|delegate|\{))|System\.Runtime\.Intrinsics|MemoryMarshal\.GetReference|Unsafe\.(Add|As|Read|Write|SkipInit)\b")]
    private static partial Regex Unsafe();

    // A partial type may have parts in several rooms, as Tensor has.
    [GeneratedRegex(@"^(?:public |internal )?(?:static |sealed |abstract |readonly |unsafe |ref )*(?:class|struct|interface|enum|record struct|record class|record) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"AggressiveOptimization(?! \| MethodImplOptions\.NoInlining)")]
    private static partial Regex InlinedLoop();

    [GeneratedRegex(@"\bsealed class \w+Op\b")]
    private static partial Regex OpClass();

    // Attributes, of which one makes the method a test, then the method.
    [GeneratedRegex(@"^ +\[(?:Fact|Theory)\b.*\n(?:(?! +public ).*\n)* +public (?:async )?\w+ (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$")]
    private static partial Regex Sentence();

    // A part with an empty line, a using or the end of another type above it.
    [GeneratedRegex(@"^(?!\s*//|\[).*\r?\n(?:\[.*\r?\n)*public (?:\w+ )*partial (?:class|record|struct|interface) ", RegexOptions.Multiline)]
    private static partial Regex BarePart();

    [GeneratedRegex(@"^namespace [\w.]+\s*\r?\n\{", RegexOptions.Multiline)]
    private static partial Regex BlockNamespace();
}
