using System.Text;
using Fovea.Io;

namespace Fovea.Training.Tests;

public class CheckpointTests
{
    private static readonly Dictionary<string, string> s_texts = new() { ["state"] = "{\"sha256\":\"not this\"}", ["word"] = "é \" \\ end" };

    [Fact]
    public void Comes_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.ckpt");
        using Tensor weight = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]), count = Tensor.Scalar(long.MaxValue, DType.Int64);
        Checkpoint.Write(path, new Dictionary<string, Tensor> { ["model.weight"] = weight, ["optimizer.step.weight"] = count }, s_texts);
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile read = Checkpoint.Read(path);
        Assert.Equal(weight.ToArray<float>(), read.Tensors["model.weight"].ToArray<float>());
        Assert.Equal(long.MaxValue, read.Tensors["optimizer.step.weight"].ToArray<long>()[0]);
        Assert.Equal(s_texts["state"], read.Metadata["state"]);
        Assert.Equal(s_texts["word"], read.Metadata["word"]);

        // Any reader of the format can open it, and finds the same.
        Assert.Equal(read.Metadata, SafetensorsFile.Read(path).Metadata);
    }

    [Fact]
    public void Reading_can_be_watched_and_stopped()
    {
        using TensorScope scope = TensorScope.Begin();
        using var whole = new ProgressLog();
        Checkpoint.Read(new MemoryStream(Bytes()), progress: whole, cancellation: whole.Token);
        Assert.Null(whole.Problem(WorkStage.Checking, WorkStage.Reading));

        // At the beginning, and before the first tensor.
        foreach (int at in (int[])[0, whole.Reports.FindIndex(r => r.Stage == WorkStage.Reading)])
        {
            using var log = new ProgressLog(at);
            Assert.ThrowsAny<OperationCanceledException>(() => Checkpoint.Read(new MemoryStream(Bytes()), progress: log, cancellation: log.Token));
        }
    }

    [Fact]
    public void The_same_state_makes_the_same_file() => Assert.Equal(Bytes(), Bytes());

    [Fact]
    public void No_byte_can_change_unseen()
    {
        byte[] whole = Bytes();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 1;
            Assert.Throws<CheckpointException>(() => Read(damaged));
        }
    }

    [Fact]
    public void No_cut_goes_unseen()
    {
        byte[] whole = Bytes();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<CheckpointException>(() => Read(whole[..length]));
        }

        Assert.Throws<CheckpointException>(() => Read([.. whole, 0]));
    }

    [Fact]
    public void Mutations_are_refused_and_nothing_worse()
    {
        int refused = Mutations.Run<CheckpointException>([Bytes()], 3000, Read, 4 << 20);
        Assert.True(refused > 2900, $"{refused} of 3000 were refused");
    }

    [Fact]
    public void A_file_of_other_software_is_no_checkpoint()
    {
        using Tensor tensor = Tensor.Ones([2]);
        byte[] bytes = SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["weight"] = tensor });
        var error = Assert.Throws<CheckpointException>(() => Read(bytes));
        Assert.Contains("has no checksum", error.Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => Read(Encoding.ASCII.GetBytes("not a checkpoint at all")));
    }

    private static byte[] Bytes()
    {
        using var stream = new MemoryStream();
        using Tensor weight = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);
        Checkpoint.Write(stream, new Dictionary<string, Tensor> { ["weight"] = weight }, s_texts);
        return stream.ToArray();
    }

    private static void Read(byte[] bytes)
    {
        using TensorScope scope = TensorScope.Begin();
        Checkpoint.Read(new MemoryStream(bytes));
    }
}
