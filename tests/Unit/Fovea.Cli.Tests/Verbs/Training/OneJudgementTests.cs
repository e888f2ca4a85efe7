using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>check-data</c> and <c>train</c> find the same data fit or unfit, in the same words.</summary>
public sealed class OneJudgementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one picture", "1 picture 1 would be left for training and 0 for validation")]
    [InlineData("one of each class", "2 pictures 2 would be left for training and 0 for validation")]
    [InlineData("a table without its validation picture", "valid.csv: 1 of 1 pictures cannot be read")]
    [InlineData("a table with one picture missing", "list.csv: 1 of 20 pictures cannot be read")]
    [InlineData("an empty class", "no readable pictures of empty")]
    [InlineData("a broken picture", "1 of 21 pictures cannot be read")]
    [InlineData("validation of other classes", "must have the same classes")]
    [InlineData("validation without pictures", "expected a folder per class")]
    [InlineData("no pictures", "expected a folder per class")]
    [InlineData("nothing", "there is no such folder or file")]
    [InlineData("a split and folds", "without a validation part", "--folds", "3")]
    [InlineData("two pictures and five folds", "2 pictures", "--folds", "5", "--fold", "5")]
    [InlineData("good", null)]
    [InlineData("good", null, "--val-fraction", "0.5")]
    [InlineData("good", null, "--folds", "2", "--fold", "2")]
    [InlineData("good but for one in two hundred", null)]
    public void Both_judge_alike(string data, string? problem, params string[] flags)
    {
        string path = Make(data);
        Answer check = Cli.Run(["check-data", path, .. flags]);
        Answer train = Cli.Run(["train", "--data", path, "--epochs", "1", "--image-size", "16", "--batch-size", "200", "--output", _folder.File("out"), .. flags]);
        Assert.True((check.Code == ExitCode.Done) == (problem is null), $"{check.Code}: {check.Output}{check.Error}");
        Assert.True(check.Code == train.Code, $"check-data: {check.Error}\ntrain: {train.Error}");
        if (problem is not null)
        {
            Assert.Contains(problem, check.Error, StringComparison.Ordinal);
            Assert.Equal(Reason(check.Error), Reason(train.Error));
        }
    }

    private static string Reason(string error) => error.Split('\n').First(l => l.StartsWith("error: ", StringComparison.Ordinal)).TrimEnd(':', '\r');

    private string Make(string data)
    {
        string path = _folder.File("data");
        switch (data)
        {
            case "nothing":
                break;
            case "no pictures":
                Write("cat/notes.txt", "none");
                break;
            case "one picture":
                Fill("cat", 1);
                break;
            case "one of each class":
                Fill("cat", 1);
                Fill("dog", 1);
                break;
            case "two pictures and five folds":
                Fill("cat", 2);
                break;
            case "a table without its validation picture":
                Fill("cat", 3);
                Write("train.csv", "cat/0.png,cat\ncat/1.png,cat\n");
                Write("valid.csv", "gone.png,cat\n");
                break;
            case "a table with one picture missing":
                Fill("cat", 19);
                Write("list.csv", string.Concat(Enumerable.Range(0, 20).Select(i => $"cat/{i}.png,cat\n")));
                return _folder.File("data/list.csv");
            case "an empty class":
                Fill("cat", 5);
                Directory.CreateDirectory(_folder.File("data/empty"));
                break;
            case "a broken picture":
                Fill("cat", 20);
                Write("cat/broken.png", "no picture");
                break;
            case "validation of other classes":
                Fill("train/cat", 2);
                Fill("val/dog", 2);
                break;
            case "validation without pictures":
                Fill("train/cat", 2);
                Directory.CreateDirectory(_folder.File("data/val"));
                break;
            case "a split and folds":
                Fill("train/cat", 2);
                Fill("val/cat", 2);
                break;
            case "good but for one in two hundred":
                Fill("cat", 200);
                Write("cat/broken.png", "no picture");
                break;
            default:
                Fill("cat", 6);
                Fill("dog", 6);
                break;
        }

        return path;
    }

    private void Fill(string name, int count) => TinyData.MakeClass(_folder.File($"data/{name}"), count, 128);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File($"data/{name}"))!);
        File.WriteAllText(_folder.File($"data/{name}"), text);
    }
}
