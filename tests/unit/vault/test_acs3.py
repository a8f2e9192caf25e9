"""The provider's signature, against the example its documentation publishes."""

from vault.outbox.sms import acs3

# alibabacloud.com/help/en/resource-management/common-parameters, "V3 request structure and signature".
PUBLISHED = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_the_published_example_gives_the_published_signature():
    query = acs3.canonical_query({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": acs3.EMPTY_BODY,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }

    header = acs3.authorization("POST", query, headers, "YourAccessKeyId", "YourAccessKeySecret")

    assert header.endswith(f",Signature={PUBLISHED}")


def test_a_query_is_sorted_and_encoded_as_it_is_signed():
    assert acs3.canonical_query({"b": "a b+*~/", "A": "西"}) == "A=%E8%A5%BF&b=a%20b%2B%2A~%2F"
