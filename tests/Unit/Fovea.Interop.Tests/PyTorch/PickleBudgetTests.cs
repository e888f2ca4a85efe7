using System.Text;
using Fovea.Io;
using static Fovea.Interop.Tests.PyTorch.Pth;

namespace Fovea.Interop.Tests.PyTorch;

/// <summary>Small files that repeat themselves: what they cost is in proportion to their size, counted in steps and in bytes.</summary>
public sealed class PickleBudgetTests
{
    private const int Many = 150_000;

    /// <summary>Each would take minutes or gigabytes where a shared part is walked, copied, hashed or named again for each of its places.</summary>
    public static TheoryData<string, string, string?> Hostile => new()
    {
        { "a key of many wrappers", $"}}{Text(string.Concat(Enumerable.Repeat("module.", Many)) + "w")}{Tensor()}s", null },
        { "a part of many wrappers", $"}}({Text($"a.{string.Concat(Enumerable.Repeat("module.", Many))}w")}{Tensor()}{Text("b.w")}{Tensor()}u", null },
        { "a long text as a key again and again", $"}}({Text("w")}{Tensor()}{Text("x")}}}({Long}q\0N{Times("h\0N")}uu", null },
        { "a long text as a key of many dicts", $"}}({Text("w")}{Tensor()}{Text("x")}({Long}q\00{Times("}h\0Ns")}tu", null },
        { "a long text that is the name of a class", $"({Long}q\00{Times("h\0h\0\u0093")}t", "more than 1000 characters" },
        { "a long text that is made to bytes", $"({Long}q\00c_codecs\nencode\nq\u0001({Text("latin1")}q\u00020{Times("h\u0001h\0h\u0002\u0086R")}t", "bytes of memory" },
        { "a long text that names a storage", $"({Long}q\00{Tensor(key: "\0").Replace(Text("\0"), "h\0", StringComparison.Ordinal)}t", "the name of a storage has 2000000 characters" },
        { "a long tuple as a shape", $"({Times("K\u0001")}tq\00({Times("ctorch\nSize\nh\0\u0085R")}t", "more than" },
        { "a long list made a set", $"](K\u0001{Times("K\u0001")}eq\00cbuiltins\nset\nq\u00010({Times("h\u0001h\0\u0085R")}t", "more than" },
        { "a dict shared by many keys", $"}}({Text("w")}{Tensor()}{Shared}{Keys("h\0")}u", null },
        { "a dict with a tensor shared by many keys", $"}}({SharedTensor}{Keys("h\0")}u", null },
        { "a tower of tuples", $"N{string.Concat(Enumerable.Repeat("\u0085", 1_500_000))}", "nests containers more than 100 deep" },
        { "a tower of lists", $"{new string(']', 1_500_000)}{new string('a', 1_499_999)}", "nests containers more than 100 deep" },
        { "lists and lists", $"({new string(']', 1_500_000)}t", "more than" },
    };

    private static string Long => Text(new string('a', 2_000_000));

    // Its last entry makes it no state dict, which shows only at the end.
    private static string Shared => $"{Text("s")}}}({string.Concat(Enumerable.Range(0, Many).Select(i => $"{Text($"{i}")}K\u0001"))}uq\0";

    private static string SharedTensor => $"{Text("s")}}}({string.Concat(Enumerable.Range(0, Many).Select(i => $"{Text($"{i}")}K\u0001"))}{Text("t")}{Tensor()}{Text("u")}}}{Text("v")}{Tensor()}suq\0";

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public void Costs_no_more_than_its_size_allows(string name, string pickle, string? refusal)
    {
        byte[] file = Zip($"{Start}{pickle}.");
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var scope = TensorScope.Begin();
        try
        {
            PyTorchFile read = Read(file);
            Assert.InRange(read.Budget.Steps, 0, 2L * file.Length);
            _ = read.StateDict();
            Assert.True(refusal is null, $"{name} was read");
        }
        catch (PickleException error)
        {
            Assert.True(refusal is not null || error.Message.Contains("state dicts", StringComparison.Ordinal) || error.Message.Contains("no dict of tensors", StringComparison.Ordinal), error.Message);
            Assert.Contains(refusal ?? "", error.Message, StringComparison.Ordinal);
            Assert.InRange(error.Message.Length, 1, 2_500);
        }

        // Twice the budget: buffers that grow leave their smaller selves behind.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * (ParseBudget.FreeMemory + (long)ParseBudget.MemoryPerByte * file.Length));
    }

    [Fact]
    public void A_packed_file_is_measured_by_its_packed_size()
    {
        var stream = new MemoryStream();
        var zip = new Fovea.Io.Zip.ZipWriter(stream);
        zip.Add("m/data.pkl", Encoding.Latin1.GetBytes($"{Start}({new string(']', 3_000_000)}t."), compress: true);
        zip.Finish();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("bytes of memory", Assert.Throws<PickleException>(() => Read(stream.ToArray())).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * ParseBudget.FreeMemory);
    }

    [Fact]
    public void Names_of_shared_containers_are_bounded_together()
    {
        // One list of 300 tensors under 1,000 keys of 1,000 characters, 300 megabytes of names.
        string keys = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{Text($"{i}{new string('k', 1_000)}")}h\u0001"));
        using var scope = TensorScope.Begin();
        PyTorchFile file = Read(Zip($"{Start}}}({Text("l")}]({string.Concat(Enumerable.Repeat(Tensor(), 300))}eq\u0001{keys}u."));
        Assert.Contains("bytes of memory", Assert.Throws<PickleException>(() => file.Tensors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_collide_by_the_frameworks_hash_are_told_apart_by_their_own()
    {
        // Halves of a double that are equal fold to the hash 0.
        long[] doubles = [.. Enumerable.Range(1, 1_000).Select(i => (long)i << 32 | (uint)i)];
        int[] hashes = [.. doubles.Select(bits => Fovea.Io.PyTorch.PickleKeys.Comparer.GetHashCode(new PickleFloat(BitConverter.Int64BitsToDouble(bits))))];
        Assert.Equal(1_000, hashes.Distinct().Count());
    }

    private static string Times(string opcodes) => string.Concat(Enumerable.Repeat(opcodes, Many));

    private static string Keys(string value) => string.Concat(Enumerable.Range(0, Many).Select(i => $"{Text($"k{i}")}{value}"));
}
