using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Interop.Tests.PyTorch;

[Collection(Serial.Name)]
public sealed class PickleMutationTests
{
    [Fact]
    public void Six_thousand_damaged_zip_files_are_read_or_refused() => Run(6_000, new ZipStructure(FileStructure.None), focus: int.MaxValue, "types.pth", "views.pth", "checkpoint.pth", "two.pth", "tensor.pth");

    [Fact]
    public void Six_thousand_damaged_legacy_files_are_read_or_refused() => Run(6_000, FileStructure.None, focus: 6_000, "types.th", "views.th", "checkpoint.th", "two.th", "tensor.th");

    [Fact]
    public void Six_thousand_damaged_pickles_in_sound_archives_are_read_or_refused()
    {
        // Check values would catch most damage; here the pickle is damaged before it is packed.
        string pickle = $"{Pth.Start}}}({Pth.Text("a")}{Pth.Tensor()}q\u0005{Pth.Text("b")}{Pth.Tensor(offset: "K\u0001", size: "(K\u0001t")}{Pth.Text("c")}](h\u0005K\u0007Ne{Pth.Text("d")}M\u0010\u0020u.";
        Check(6_000, int.MaxValue, [System.Text.Encoding.Latin1.GetBytes(pickle)], bytes => Pth.Zip(System.Text.Encoding.Latin1.GetString(bytes)));
    }

    private static void Run(int count, FileStructure structure, int focus, params string[] names) =>
        Check(count, focus, [.. names.Select(n => File.ReadAllBytes(Repository.Golden("pth", n)))], static bytes => bytes, structure);

    private static void Check(int count, int focus, byte[][] seeds, Func<byte[], byte[]> pack, FileStructure? structure = null)
    {
        Serial.CollectLeftovers();
        long blocks = TensorMemory.LiveBlocks;
        TensorMemory.ResetPeak();
        int refused = Mutations.Run<PickleException>(seeds, count, bytes =>
        {
            using var scope = TensorScope.Begin();
            PyTorchFile file = Pth.Read(pack(bytes));
            _ = file.Tensors;
            _ = file.StateDict();
        }, maxBytes: 8 << 20, focus, structure);
        Assert.InRange(refused, count / 4, count);
        Assert.Equal(blocks, TensorMemory.LiveBlocks);

        // A small file may unfold to 64 MiB: an expanded tensor stores one row.
        Assert.InRange(TensorMemory.PeakBytes, 0, 160 << 20);
    }
}
