using Fovea.Soak;
using Fovea.Soak.Readers;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Soak;

public sealed class SoakTests
{
    private const int Cases = 300;

    public static TheoryData<string> Readers => [.. ReaderTable.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Damaged_files_are_read_or_refused_with_a_typed_error(string name)
    {
        using var folder = new TemporaryFolder();
        var run = new SoakRun(Reader(name), new SoakOptions { Threads = 2 }, folder.Path);
        run.Cases(0, Cases);

        // Time is the soak's to judge.
        Assert.DoesNotContain(run.Result.Faults, f => !f.Value.EndsWith(" ms", StringComparison.Ordinal));
        Assert.Equal(Cases, run.Result.Files);
        Assert.InRange(run.Result.ReadWell, 1, Cases);
        Assert.InRange(run.Result.TypedErrors.Values.Sum(), 1, Cases);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Sound_files_are_read_well_and_cases_come_again(string name)
    {
        using var folder = new TemporaryFolder();
        Reader reader = Reader(name);
        Assert.All(reader.Seeds, seed => Assert.InRange(seed.Length, 1, 12_000));
        Assert.Contains(reader.Seeds, seed => CaseOutcome.Of(reader, seed, folder.Path).Error is null);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(reader.Case(3, i), reader.Case(3, i)));
        Assert.NotEqual(reader.Case(3, 0), reader.Case(4, 0));
    }

    [Fact]
    public void A_fault_is_kept_with_its_case()
    {
        var result = new ReaderResult("any");
        Assert.Null(result.Add(1, new CaseOutcome(new DataFormatException("as it should be"), 10, 1)));
        Assert.NotNull(result.Add(2, new CaseOutcome(new InvalidOperationException("as it should not"), 30, 3)));
        Assert.NotNull(result.Add(3, new CaseOutcome(null, ReaderResult.MostBytes + 1, 2)));
        Assert.Equal([2, 3], result.Faults.Keys);
        Assert.Equal((3.0, 2), result.Slowest);
        Assert.Equal((ReaderResult.MostBytes + 1, 3), result.Largest);
        Assert.Contains("DataFormatException 1", SoakTable.Of([result]), StringComparison.Ordinal);
    }

    private static Reader Reader(string name) => ReaderTable.All.Single(r => r.Name == name);
}
